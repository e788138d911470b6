"""Reads the contracts below the current folder with the library below it: a program that `contracts` runs.

It runs apart because the library that is packaged need not be the one that the packager itself would import.
"""

import hashlib
import json
import sys
from pathlib import Path


def main() -> None:
    """Print what is wrong with the contracts, and the modules that judged, each with its SHA-256, as JSON."""
    from csvbatch.contract.model import ContractError
    from csvbatch.contract.yaml_file import load_contracts

    problem = None
    try:
        load_contracts(Path("lambdas/contracts"))
    except ContractError as error:
        problem = str(error)
    judges = {}
    library = Path("lambdas").resolve()
    for name, module in sorted(sys.modules.items()):
        if name.partition(".")[0] == "csvbatch" and module.__file__:
            file = Path(module.__file__)
            path = file.relative_to(library).as_posix()
            judges[path] = hashlib.sha256(file.read_bytes()).hexdigest()
    print(json.dumps({"problem": problem, "judges": judges}))


if __name__ == "__main__":
    main()
