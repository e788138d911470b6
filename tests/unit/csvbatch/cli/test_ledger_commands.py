import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlglot

from csvbatch.contract.yaml_file import load_contracts
from csvbatch.store import BatchState, NewBatch, ObjectVersion, open_store
from csvbatch.store.tables import LEDGER
from scripts.common.paths import REPOSITORY
from tests.unit.csvbatch.cli.conftest import Run

DATABASE = ("--database", "sqlite:///x.db")


@pytest.fixture
def batch(run: Run, recipients: Path) -> str:
    """A closed batch that has rejects."""
    loaded = run("load", recipients, "-d", "recipients", *DATABASE, "--json", "--chunk-bytes", 5000)
    return str(json.loads(loaded.out)["batch"])


@pytest.fixture
def incomplete(run: Run, good_recipients: Path) -> str:
    """A batch whose chunks are dead."""
    run("migrate", *DATABASE, "--yes")
    with closing(sqlite3.connect("x.db")) as connection, connection:
        connection.execute("CREATE TRIGGER t BEFORE INSERT ON recipients BEGIN SELECT RAISE(ABORT, 'no'); END")
    loaded = run("load", good_recipients, "-d", "recipients", *DATABASE, "--json", "--chunk-bytes", 5000)
    return str(json.loads(loaded.out)["batch"])


def state(run: Run, batch: str) -> str:
    return str(json.loads(run("status", batch, *DATABASE, "--json").out)["state"])


def test_status_lists_the_batches(run: Run, batch: str) -> None:
    outcome = run("status", *DATABASE)
    assert outcome.status == 0
    assert batch in outcome.out
    assert run("status", *DATABASE, "--state", "incomplete").out == "There are no such batches.\n"


def test_status_of_an_incomplete_batch_shows_its_dead_chunks(run: Run, incomplete: str) -> None:
    outcome = run("status", incomplete, *DATABASE)
    assert outcome.status == 1
    assert "SQLITE_CONSTRAINT_TRIGGER" in outcome.out


def test_status_shows_failures_and_their_code_and_names_what_is_late(run: Run) -> None:
    run("migrate", *DATABASE, "--yes")
    began = datetime(2020, 2, 29, tzinfo=UTC)
    store = open_store("sqlite:///x.db", clock=lambda: began)
    store.expect_files("bucket", {"recipients": 24})
    file = NewBatch("airports", "bucket", ObjectVersion("incoming/airports/a.csv", "1"), 1, None)
    failing = store.register(file).batch
    for _ in range(3):
        failing = store.record_failure(failing, "InvalidObjectState", [BatchState.REGISTERED], counted=True)
    store.close_connection()
    outcome = run("status", *DATABASE)
    assert outcome.status == 0
    assert outcome.out.split()[-2:] == ["3", "InvalidObjectState"]
    said = outcome.err
    assert "dataset recipients is overdue: a file is expected every 24 h, and none has ever arrived" in said
    assert f"batch {failing.id} is the oldest unfinished one: registered since 2020-02-29T00:00:00+00:00" in said
    shown = json.loads(run("status", *DATABASE, "--json").out)
    assert (shown["failures"], shown["failure"]) == (3, "InvalidObjectState")


def test_a_batch_that_there_is_none_of(run: Run, batch: str) -> None:
    outcome = run("status", "0" * len(batch), *DATABASE)
    assert outcome.status == 1
    assert "there is no batch 0000000000000000" in outcome.err


@pytest.mark.parametrize("more", [(), DATABASE])
def test_rejects_come_from_the_output_folder(run: Run, batch: str, recipients: Path, more: tuple[str, ...]) -> None:
    checked = json.loads(run("check", recipients, "--json", "--rejects", 1000, "--show-text").out)["rejects"]
    outcome = run("rejects", batch, "--json", *more)
    assert outcome.status == 0
    found = [json.loads(line) for line in outcome.out.splitlines()]
    assert [(one["line"], one["column"], one["rule"]) for one in found] == [
        (one["line"], one["column"] or "", one["rule"]) for one in checked
    ]
    assert "text" not in found[0]
    shown = [json.loads(line) for line in run("rejects", batch, "--json", "--show-text", *more).out.splitlines()]
    assert shown[0]["text"] == checked[0]["text"]


def test_rejects_are_those_of_the_last_attempt(run: Run, batch: str, recipients: Path) -> None:
    before = run("rejects", batch, "--json").out
    assert run("replay", batch, *DATABASE, "--yes").status == 0
    run("load", recipients, "-d", "recipients", *DATABASE)
    assert run("rejects", batch, "--json").out == before


def test_what_is_no_batch_s_id_is_not_looked_for(run: Run) -> None:
    assert run("rejects", "../../x").status == 2


def test_redrive_asks_first(run: Run, incomplete: str) -> None:
    assert run("redrive", *DATABASE).status == 2
    assert run("redrive", *DATABASE, typed="n\n").status == 1
    assert state(run, incomplete) == "incomplete"
    assert run("redrive", *DATABASE, typed="y\n").status == 0
    assert state(run, incomplete) == "loading"


def test_redrive_and_replay_say_that_a_pause_holds_back_what_they_send(run: Run, incomplete: str) -> None:
    run("pause", "recipients", *DATABASE)
    for command in (("redrive",), ("replay", incomplete)):
        said = run(*command, *DATABASE, "--yes").err
        assert "dataset recipients is paused: nothing of it is sent until `csvbatch resume recipients`" in said
    run("resume", "recipients", *DATABASE)
    assert run("replay", incomplete, *DATABASE, "--yes").err == ""


def test_a_dry_redrive_changes_nothing(run: Run, incomplete: str) -> None:
    outcome = run("redrive", "--dry-run", "--json", *DATABASE)
    assert outcome.status == 0
    assert {one["batch"] for one in json.loads(outcome.out)["chunks"]} == {incomplete}
    assert state(run, incomplete) == "incomplete"


def test_replay_asks_first(run: Run, batch: str) -> None:
    assert run("replay", batch, *DATABASE).status == 2
    assert run("replay", batch, *DATABASE, typed="n\n").status == 1
    assert state(run, batch) == "closed"


def test_replay_of_rejects_takes_the_batches_that_have_some(run: Run, batch: str, good_recipients: Path) -> None:
    good = run("load", good_recipients, "-d", "recipients", *DATABASE, "--json")
    outcome = run("replay", "--rejects", "--json", *DATABASE, "--yes")
    assert json.loads(outcome.out) == {"batch": batch, "state": "loading", "attempt": 2}
    assert state(run, json.loads(good.out)["batch"]) == "closed"


def test_a_replay_under_the_present_contract_takes_what_was_rejected(run: Run, tmp_path: Path) -> None:
    contracts = tmp_path / "contracts"
    contracts.mkdir()
    text = (
        "dataset: t\ntable: t\nkey: [k]\ncolumns:\n"
        "  - {name: k, type: integer}\n  - {name: v, type: string, max_length: %d}\n"
    )
    (contracts / "t.yaml").write_text(text % 1)
    (tmp_path / "t.csv").write_text("k,v\n1,long\n")
    load = ("load", "t.csv", "-d", "t", *DATABASE, "--contracts", contracts, "--json")
    assert json.loads(run(*load).out)["rejected"] == 1
    (contracts / "t.yaml").write_text(text % 9)
    run("replay", "--rejects", "--present-contract", "--contracts", contracts, *DATABASE, "--yes")
    assert json.loads(run(*load).out)["merged"] == 1


@pytest.mark.parametrize("arguments", [(), ("0" * 16, "--rejects")])
def test_replay_wants_a_batch_or_all_with_rejects(run: Run, arguments: tuple[str, ...]) -> None:
    assert run("replay", *arguments, *DATABASE).status == 2


@pytest.mark.parametrize(("kind", "dialect"), [("sqlite", "sqlite"), ("postgresql", "postgres"), ("oracle", "oracle")])
def test_ddl_is_statements_for_the_ledger_and_each_dataset(run: Run, kind: str, dialect: str) -> None:
    outcome = run("ddl", "--database-kind", kind)
    statements = [one for one in sqlglot.parse(outcome.out, dialect=dialect) if one]
    names = {one.find(sqlglot.exp.Table).name.lower() for one in statements}  # type: ignore[union-attr]
    assert {"csvbatch_batch", "csvbatch_chunk", "csvbatch_lease", "airports", "recipients"} <= names


def test_the_kind_of_database_may_come_from_an_address(run: Run) -> None:
    assert run("ddl", "--database", "postgres://a@b/c").out == run("ddl", "--database-kind", "postgresql").out
    assert run("ddl").status == 2


def test_migrate_asks_first_and_is_done_once(run: Run, tmp_path: Path) -> None:
    assert run("migrate", *DATABASE, typed="n\n").status == 1
    assert json.loads(run("migrate", *DATABASE, "--json", typed="y\n").out)["statements"]
    assert json.loads(run("migrate", *DATABASE, "--json", "--yes").out)["statements"] == []


def test_migrate_shows_what_it_would_run_before_it_asks(run: Run, tmp_path: Path) -> None:
    refused = run("migrate", *DATABASE, typed="n\n")
    assert 'CREATE TABLE "csvbatch_batch"' in refused.out
    assert run("migrate", *DATABASE, "--yes").out.rstrip() == refused.out.rstrip()
    assert run("migrate", *DATABASE, "--yes").out == "All tables exist and are up to date.\n"


def test_migrate_says_what_differs_where_nothing_puts_it_right(run: Run, tmp_path: Path) -> None:
    with closing(sqlite3.connect("x.db")) as connection, connection:
        connection.execute("CREATE TABLE airports (icao TEXT PRIMARY KEY NOT NULL, latitude REAL)")
    outcome = run("migrate", *DATABASE, "--yes")
    assert outcome.status == 1
    assert "table airports has column latitude as REAL, which has to be TEXT or wider" in outcome.err
    assert "has no ledger" in run("status", *DATABASE).err, "nothing was run"


@pytest.mark.parametrize(
    ("kind", "lease", "user"),
    [
        ("oracle", 'GRANT SELECT, INSERT, UPDATE, DELETE ON "CSVBATCH_LEASE" TO "LOADER";', "loader"),
        ("postgresql", 'GRANT SELECT, INSERT, UPDATE, DELETE ON "csvbatch_lease" TO "Loader";', "Loader"),
    ],
)
def test_ddl_prints_the_grants_of_a_loader_that_does_not_own_the_tables(
    run: Run, kind: str, lease: str, user: str
) -> None:
    lines = run("ddl", "--database-kind", kind, "--grants", user).out.splitlines()
    assert lease in lines
    assert len(lines) == len(LEDGER) + len(load_contracts(REPOSITORY / "lambdas" / "contracts"))
    assert sum("DELETE" in line for line in lines) == 3


@pytest.mark.parametrize(("kind", "user"), [("sqlite", "loader"), ("oracle", 'x"; DROP'), ("oracle", "")])
def test_grants_to_nobody_are_refused(run: Run, kind: str, user: str) -> None:
    outcome = run("ddl", "--database-kind", kind, "--grants", user)
    assert outcome.status != 0
    assert not outcome.out
