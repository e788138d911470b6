"""A contract may say how often a file comes, and a run says how many datasets wait for longer."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from csvbatch.contract.ledger_copy import dumps, loads_json
from csvbatch.contract.yaml_file import load_contracts
from csvbatch.local.files import LocalFiles
from csvbatch.store import open_store
from scripts.common.paths import REPOSITORY
from tests.support.pipeline import Pipeline

CONTRACTS = load_contracts(REPOSITORY / "lambdas" / "contracts")
HEADER = b"nhs_number,name,address,date_of_birth,consent,dose,distance_km,updated_at\n"


@pytest.fixture
def now() -> list[datetime]:
    return [datetime(2026, 11, 25, 12, tzinfo=UTC)]


@pytest.fixture
def pipeline(tmp_path: Path, now: list[datetime]) -> Iterator[Pipeline]:
    store = open_store(f"sqlite:///{tmp_path}/store.db", clock=lambda: now[0])
    store.migrate(CONTRACTS.values())
    daily = {name: replace(one, expected_every_hours=24) for name, one in CONTRACTS.items()}
    yield Pipeline(store, LocalFiles(tmp_path / "bucket", {}), daily)
    store.close_connection()


def test_nothing_is_overdue_on_the_first_day(pipeline: Pipeline, now: list[datetime]) -> None:
    for _ in range(4):
        assert pipeline.process().datasets_overdue == 0
        now[0] += timedelta(hours=8)
    assert pipeline.process().datasets_overdue == len(CONTRACTS)


def test_a_file_that_comes_is_expected_again_only_after_its_hours(pipeline: Pipeline, now: list[datetime]) -> None:
    pipeline.process()
    now[0] += timedelta(hours=25)
    pipeline.drop("a.csv", HEADER)
    assert pipeline.process().datasets_overdue == len(CONTRACTS) - 1
    now[0] += timedelta(hours=25)
    assert pipeline.process().datasets_overdue == len(CONTRACTS)


def test_a_contract_that_expects_nothing_is_never_overdue(pipeline: Pipeline, now: list[datetime]) -> None:
    pipeline.process()
    now[0] += timedelta(days=30)
    pipeline.contracts = dict(CONTRACTS)
    assert pipeline.process().datasets_overdue == 0


def test_a_batch_s_copy_of_its_contract_keeps_the_setting_and_does_without_it() -> None:
    daily = replace(CONTRACTS["recipients"], expected_every_hours=24)
    assert loads_json(dumps(daily)) == daily
    before = dumps(CONTRACTS["recipients"]).replace(',"expected_every_hours":null', "")
    assert loads_json(before) == CONTRACTS["recipients"]
