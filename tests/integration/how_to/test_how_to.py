"""The guides for newcomers, followed to the letter: each ends with what it promises."""

import json
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from csvbatch.contract.yaml_file import load_contracts
from csvbatch.csv_file.cutting import Chunk
from csvbatch.store import NewBatch, ObjectVersion, open_store
from scripts.common.paths import REPOSITORY
from tests.support.followed import Copy

GUIDES = REPOSITORY / "docs" / "how-to"


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path / "checkout")


def rows(copy: Copy, database: str, query: str) -> Sequence[tuple[Any, ...]]:
    with closing(sqlite3.connect(copy.root / database)) as connection:
        return connection.execute(query).fetchall()


def batches(copy: Copy, database: str) -> list[dict[str, Any]]:
    said = copy.run("csvbatch", "status", "--json", "--database", f"sqlite:///{database}")
    return [json.loads(line) for line in said.splitlines()]


def test_a_dataset_that_is_added_is_loaded_and_packaged(copy: Copy) -> None:
    printed = copy.follow(GUIDES / "add-a-dataset.md")
    loaded = rows(copy, "stations.db", "SELECT code, platforms FROM stations ORDER BY code")
    assert loaded == [("EDB", 20), ("KGX", 11), ("YRK", 11)]
    (batch,) = batches(copy, "stations.db")
    assert (batch["dataset"], batch["rows"], batch["merged"], batch["rejected"]) == ("stations", 3, 3, 0)
    assert re.search(r"CREATE TABLE \S*stations", printed, re.IGNORECASE)
    zips = sorted((copy.root / "dist" / "lambda").glob("*/*.zip"))
    assert zips
    for package in zips:
        assert "stations" in copy.run("python", "-m", "zipfile", "-l", str(package))


def test_the_reason_of_every_rejected_row_is_found(copy: Copy) -> None:
    printed = copy.follow(GUIDES / "find-why-a-row-was-rejected.md")
    (batch,) = batches(copy, "recipients.db")
    assert (batch["rows"], batch["merged"], batch["rejected"]) == (3, 1, 2)
    shown = copy.run("csvbatch", "rejects", batch["batch"], "--json")
    found = [json.loads(line) for line in shown.splitlines()]
    assert [(one["line"], one["column"]) for one in found] == [(3, "date_of_birth"), (4, "nhs_number")]
    assert all(one["reason"] in printed for one in found)
    assert printed.count("Ben Example") == 1, "the text is shown where it is asked for, and nowhere else"


def test_a_paused_dataset_is_loaded_when_it_is_resumed(copy: Copy) -> None:
    printed = copy.follow(GUIDES / "pause-a-dataset.md")
    assert "dataset airports is paused since" in printed
    assert printed.index("so nothing was loaded") < printed.index("refused") < printed.index("airports is resumed")
    (batch,) = batches(copy, "paused.db")
    assert (batch["dataset"], batch["state"]) == ("airports", "closed")


def test_chunks_of_old_batches_move_to_a_file(copy: Copy) -> None:
    store = open_store(f"sqlite:///{copy.root}/ledger.db", clock=lambda: datetime(2020, 1, 1, tzinfo=UTC))
    store.migrate(load_contracts(REPOSITORY / "lambdas" / "contracts").values())
    batch = store.register(NewBatch("airports", "bucket", ObjectVersion("incoming/airports/a.csv", "1"), 1, None)).batch
    store.record_chunks(batch.id, [Chunk(0, 1, 2, 2)])
    with closing(sqlite3.connect(copy.root / "ledger.db")) as connection, connection:
        connection.execute("UPDATE csvbatch_chunk SET state = 'done'")
        connection.execute("UPDATE csvbatch_batch SET state = 'closing', chunks_remaining = 0")
    store.close(batch.id)
    store.close_connection()
    printed = copy.follow(GUIDES / "archive-the-ledger.md")
    assert "Moved 1 chunks of 1 batches to ledger-2026.jsonl.gz" in printed
    line = json.loads(next(one for one in printed.splitlines() if one.startswith("{")))
    assert (line["batch"]["id"], line["chunks"][0]["end_byte"]) == (batch.id, 2)
    assert rows(copy, "ledger.db", "SELECT COUNT(*) FROM csvbatch_chunk") == [(0,)]


def test_files_are_checked_and_loaded_without_aws(copy: Copy) -> None:
    copy.follow(GUIDES / "load-files.md")
    (batch,) = batches(copy, "airports.db")
    assert batch["state"] == "closed"
    assert batch["rows"] == batch["merged"] + batch["rejected"] > 1000
