"""Finds the contract of a file."""

import re
from collections.abc import Mapping
from pathlib import Path

from csvbatch.cli.problems import UsageError
from csvbatch.contract.model import Contract
from csvbatch.pipeline import layout

_OWN = Path(__file__).resolve().parents[2] / "contracts"


def all_contracts(folder: Path | None) -> dict[str, Contract]:
    """Give the contracts of a folder, or the project's own."""
    # pydantic and PyYAML take longer to import than the rest of the command.
    from csvbatch.contract.yaml_file import load_contracts

    folder = folder or _OWN
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a directory: name a directory of contracts with --contracts.")
    return load_contracts(folder)


def contract_of(dataset: str, contracts: Mapping[str, Contract]) -> Contract:
    """Give the contract of a dataset; raises UsageError if there is none."""
    try:
        return contracts[dataset]
    except KeyError:
        known = ", ".join(sorted(contracts))
        raise UsageError(f"There is no contract for dataset {dataset!r}: use one of {known}.") from None


def find_contract(file: Path, dataset: str | None, contract: Path | None, folder: Path | None) -> Contract:
    """Give the contract that the options name, or that the file's folder or name determines."""
    if dataset and contract:
        raise UsageError("Give --dataset or --contract, not both.")
    if contract:
        from csvbatch.contract.yaml_file import load_contract

        return load_contract(contract)
    contracts = all_contracts(folder)
    if dataset:
        return contract_of(dataset, contracts)
    guesses = guess(file, contracts)
    if len(guesses) == 1:
        return contract_of(guesses[0], contracts)
    found = f"could be a file of {' or '.join(guesses)}" if guesses else "names no dataset"
    raise UsageError(f"{file} {found}: say which with --dataset ({', '.join(sorted(contracts))}).")


def guess(file: Path, contracts: Mapping[str, Contract]) -> list[str]:
    """Give the datasets that a file may belong to: that of its folder under incoming/, or else those in its name."""
    parts = file.absolute().parts
    incoming = [index for index, part in enumerate(parts[:-2]) if f"{part}/" == layout.INCOMING]
    if incoming:
        return [parts[incoming[-1] + 1]]
    name = file.name.lower()
    return sorted(one for one in contracts if re.search(rf"(?<![a-z0-9]){re.escape(one)}(?![a-z0-9])", name))
