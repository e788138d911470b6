import gzip
import json
import os
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from csvbatch.local.digests import content_of
from csvbatch.local.files import LocalFiles
from csvbatch.pipeline.claims import claim_name
from csvbatch.store import BatchState, NewBatch, ObjectVersion, open_store
from csvbatch.store.batches import batch_id
from tests.unit.csvbatch.cli.conftest import Outcome, Run

DATABASE = "sqlite:///x.db"
LOAD = ("-d", "recipients", "--database", DATABASE, "--json", "--chunk-bytes", 5000)


def sql(statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect("x.db")) as connection, connection:
        return connection.execute(statement).fetchall()


def test_every_row_is_merged_or_rejected(run: Run, recipients: Path, tmp_path: Path) -> None:
    outcome = run("load", recipients, *LOAD)
    assert outcome.status == 1
    found = json.loads(outcome.out)
    assert found["rows"] == found["merged"] + found["rejected"] == 300
    assert found["rejected"] > 0
    assert found["chunks"] > 3
    assert found["state"] == "closed"
    assert list((tmp_path / found["rejects"]).glob("*.csv"))
    assert (tmp_path / "csvbatch-output").stat().st_mode & 0o077 == 0


def test_a_file_without_rejects_ends_well(run: Run, good_recipients: Path) -> None:
    outcome = run("load", good_recipients, *LOAD)
    assert (outcome.status, json.loads(outcome.out)["merged"]) == (0, 300)
    assert sql("SELECT COUNT(*) FROM recipients")[0][0] == len(set(sql("SELECT nhs_number, dose FROM recipients")))


def test_the_same_file_again_is_recognised(run: Run, good_recipients: Path) -> None:
    first = json.loads(run("load", good_recipients, *LOAD).out)
    before = sql("SELECT * FROM recipients ORDER BY nhs_number, dose")
    again = json.loads(run("load", good_recipients, *LOAD).out)
    assert (first["known"], again["known"], again["batch"]) == (False, True, first["batch"])
    assert sql("SELECT * FROM recipients ORDER BY nhs_number, dose") == before


def test_a_corrected_file_is_a_batch_of_its_own(run: Run, good_recipients: Path) -> None:
    run("load", good_recipients, *LOAD)
    text = good_recipients.read_text()
    good_recipients.write_text(text.replace(",Y,", ",N,"))
    os.utime(good_recipients, (1, 1))
    assert json.loads(run("load", good_recipients, *LOAD).out)["known"] is False
    assert sql("SELECT DISTINCT consent FROM recipients") == [(0,)]


def test_a_file_that_is_refused_says_so(run: Run, tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("some,other\n")
    outcome = run("load", "r.csv", "-d", "recipients", "--database", DATABASE)
    assert outcome.status == 1
    assert "refused (unrecognised)" in outcome.out


def test_a_chunk_the_database_refuses_is_said_without_its_rows_and_goes_on_later(
    run: Run, good_recipients: Path
) -> None:
    run("migrate", "--database", DATABASE, "--yes")
    sql("CREATE TRIGGER t BEFORE INSERT ON recipients BEGIN SELECT RAISE(ABORT, 'Qxzzy'); END")
    outcome = run("load", good_recipients, *LOAD)
    assert outcome.status == 1
    found = json.loads(outcome.out)
    assert found["state"] == "incomplete"
    assert len(found["failures"]) == found["chunks"]
    assert "Qxzzy" not in outcome.out + outcome.err
    sql("DROP TRIGGER t")
    outcome = run("load", good_recipients, *LOAD)
    assert (outcome.status, json.loads(outcome.out)["merged"]) == (0, 300)


def test_a_load_that_was_interrupted_goes_on(run: Run, good_recipients: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("csvbatch.cli.one_file.deliver", interrupted)
        assert run("load", good_recipients, *LOAD).status != 0
    outcome = run("load", good_recipients, *LOAD)
    assert (outcome.status, json.loads(outcome.out)["merged"]) == (0, 300)


def test_a_packed_file_is_loaded_again_though_its_unpacked_copy_is_gone(
    run: Run, good_recipients: Path, tmp_path: Path
) -> None:
    packed = tmp_path / "r.csv.gz"
    packed.write_bytes(gzip.compress(good_recipients.read_bytes()))
    batch = json.loads(run("load", packed, *LOAD).out)["batch"]
    (copy,) = (tmp_path / "csvbatch-output" / "work").rglob("*.csv")
    copy.unlink()
    assert run("replay", batch, "--database", DATABASE, "--yes").status == 0
    outcome = run("load", packed, *LOAD)
    assert (outcome.status, json.loads(outcome.out)["merged"]) == (0, 300)


def test_batches_that_came_another_way_are_left_alone(run: Run, good_recipients: Path) -> None:
    run("migrate", "--database", DATABASE, "--yes")
    store = open_store(DATABASE)
    other = store.register(NewBatch("recipients", "bucket", ObjectVersion("incoming/recipients/a", "v"), 1, None)).batch
    assert run("load", good_recipients, *LOAD).status == 0
    assert store.batch(other.id).state is BatchState.REGISTERED
    store.close_connection()


def test_a_file_that_cannot_be_read_is_said_to_be_so_by_its_code(
    run: Run, good_recipients: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(*_: object) -> None:
        raise PermissionError(13, "Qxzzy")

    with monkeypatch.context() as patch:
        patch.setattr(LocalFiles, "read", closed)
        outcome = run("load", good_recipients, "-d", "recipients", "--database", DATABASE)
    assert outcome.status == 1
    assert "the file could not be processed: PermissionError" in outcome.out
    assert "Qxzzy" not in outcome.out + outcome.err
    assert run("load", good_recipients, *LOAD).status == 0


def test_a_processor_that_is_at_work_is_not_disturbed(run: Run, good_recipients: Path) -> None:
    run("migrate", "--database", DATABASE, "--yes")
    store = open_store(DATABASE)
    version = content_of(good_recipients).digest
    identity = batch_id("local", ObjectVersion(f"incoming/recipients/{good_recipients.name}", version))
    assert store.acquire_lease(claim_name(identity), "somebody", timedelta(minutes=1))
    store.close_connection()
    outcome = run("load", good_recipients, *LOAD)
    assert outcome.status == 1
    assert "Another process is loading this file" in outcome.err


@pytest.mark.parametrize(
    ("database", "status", "said"),
    [
        ("mysql://loader:Qxzzy@host/x", 2, "no store is called 'mysql'"),
        ("postgresql://loader:Qxzzy@127.0.0.1:1/x", 1, "NO_CONNECTION"),
        ("postgresql://loader:Qxzzy@[broken/x", 2, "URL cannot be read"),
        ("sqlite://x.db", 2, "three slashes"),
    ],
)
def test_an_address_that_cannot_be_used_never_shows_its_password(
    run: Run, good_recipients: Path, database: str, status: int, said: str
) -> None:
    outcome = run("load", good_recipients, "-d", "recipients", "--database", database)
    assert said.lower() in outcome.err.lower()
    assert outcome.status == status
    assert "Qxzzy" not in outcome.out + outcome.err


def test_without_a_database_it_is_asked_for(run: Run, good_recipients: Path) -> None:
    outcome = run("load", good_recipients, "-d", "recipients")
    assert outcome.status == 2
    assert "CSVBATCH_DATABASE_URL" in outcome.err


KEYS_THAT_EXCEL_CHANGED = b"code,name\n6.93217E+12,first\n6.93217E+12,second\n6.93217E+12,third\n"


@pytest.fixture
def codes(tmp_path: Path) -> Path:
    """A contract folder with one dataset, `t`, whose key is the column `code`."""
    folder = tmp_path / "contracts"
    folder.mkdir()
    (folder / "t.yaml").write_text(
        "dataset: t\ntable: t\nkey: [code]\ncolumns:\n"
        "  - {name: code, type: string, max_length: 20}\n  - {name: name, type: string, max_length: 40}\n"
    )
    return folder


def load_codes(run: Run, codes: Path, file: str, *more: object) -> Outcome:
    return run("load", file, "-d", "t", "--database", DATABASE, "--contracts", codes, *more)


def test_rows_with_the_same_key_are_counted_as_superseded(run: Run, codes: Path, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(KEYS_THAT_EXCEL_CHANGED)
    found = json.loads(load_codes(run, codes, "t.csv", "--json").out)
    assert [found[name] for name in ("rows", "merged", "superseded", "stale", "rejected")] == [3, 3, 2, 0, 0]
    assert sql("SELECT code, name FROM t") == [("6.93217E+12", "third")]
    status = json.loads(run("status", found["batch"], "--database", DATABASE, "--json").out)
    assert [status[name] for name in ("rows", "merged", "superseded", "stale", "rejected")] == [3, 3, 2, 0, 0]


def test_the_tables_of_load_and_status_show_superseded_rows(run: Run, codes: Path, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(KEYS_THAT_EXCEL_CHANGED)
    shown = (load_codes(run, codes, "t.csv").out, run("status", "--database", DATABASE).out)
    for table in shown:
        headings, _, row = (line.split() for line in table.strip().splitlines()[:3])
        columns = [name for name in headings if name not in ("reason", "rejects")]
        assert row[columns.index("merged")] == "3"
        assert row[columns.index("superseded")] == "2"
