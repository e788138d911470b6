import csv
from pathlib import Path

import pytest

from csvbatch.contract.model import Contract
from csvbatch.contract.yaml_file import load_contracts
from csvbatch.rows.header import match_header
from csvbatch.rows.validator import compile_validator
from scripts.common.paths import REPOSITORY
from scripts.local.samples.make_airports import write_airports

CONTRACTS = REPOSITORY / "lambdas" / "contracts"


@pytest.fixture(scope="module")
def contracts() -> dict[str, Contract]:
    return load_contracts(CONTRACTS)


def test_the_shipped_contracts_are_right(contracts: dict[str, Contract]) -> None:
    assert sorted(contracts) == ["airports", "recipients"]


def test_every_airport_of_the_world_is_valid_and_has_a_key_of_its_own(
    contracts: dict[str, Contract], tmp_path: Path
) -> None:
    path = tmp_path / "airports.csv"
    write_airports(path)
    airports = contracts["airports"]

    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        validate = compile_validator(airports, match_header(airports, next(rows)))
        values = [validate(fields) for fields in rows]

    assert [row for row in values if isinstance(row, list)] == []
    assert len(values) > 28_000
    assert len({row[0] for row in values}) == len(values)
