"""Refuses to package a wrong contract, which would otherwise fail only when the first file arrives."""

import sys
from pathlib import Path

from scripts.common.commands import run
from scripts.common.errors import UserError
from scripts.packages.sources import CONTRACTS, LIBRARY

_READER = f"{LIBRARY}/contract/yaml_file.py"
_LIMIT_SECONDS = 60
_WRONG = 3
_CHECK = f"""
import sys
from pathlib import Path
from csvbatch.contract.yaml_file import ContractError, load_contracts
try:
    load_contracts(Path("lambdas/{CONTRACTS}"))
except ContractError as error:
    print(error, file=sys.stderr)
    sys.exit({_WRONG})
"""


def check_contracts(root: Path) -> None:
    """Read the contracts in `root`/lambdas with the library there; raises `UserError` with what is wrong.

    The library runs in a process of its own, because it may differ from the one that this process would import.
    """
    lambdas = root / "lambdas"
    if not (lambdas / CONTRACTS).exists():
        return
    if not (lambdas / _READER).exists():
        raise UserError(f"lambdas/{_READER} does not exist, so the contracts cannot be checked: restore it")
    program = f"import sys; sys.path.insert(0, {str(lambdas)!r})\n{_CHECK}"
    done = run([sys.executable, "-P", "-c", program], limit_seconds=_LIMIT_SECONDS, cwd=root, accepted=None)
    if done.status == _WRONG:
        raise UserError(f"the contracts are wrong\n{done.stderr.strip()}")
    if done.status != 0:
        raise UserError(f"lambdas/{_READER} fails, so no contract was checked:\n{done.stderr.strip()}")
