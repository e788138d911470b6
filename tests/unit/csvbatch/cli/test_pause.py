import json
from datetime import UTC, datetime
from pathlib import Path

from csvbatch.store import NewBatch, ObjectVersion, open_store
from tests.unit.csvbatch.cli.conftest import Run

DATABASE = ("--database", "sqlite:///x.db")
SINCE = datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC)


def paused_at(since: datetime) -> None:
    store = open_store("sqlite:///x.db", clock=lambda: since)
    store.pauses.pause("recipients")
    store.register(NewBatch("recipients", "bucket", ObjectVersion("incoming/recipients/a.csv", "1"), 1, None))
    store.close_connection()


def test_pause_says_what_is_still_to_be_loaded_and_is_done_once(run: Run) -> None:
    run("migrate", *DATABASE, "--yes")
    outcome = run("pause", "recipients", *DATABASE)
    assert outcome.status == 0
    assert outcome.out == "Dataset recipients is paused. No chunk of it is in the queue or being loaded.\n"
    assert run("pause", "recipients", *DATABASE).out.startswith("Dataset recipients was paused already. ")


def test_resume_ends_a_pause_and_may_be_repeated(run: Run) -> None:
    run("migrate", *DATABASE, "--yes")
    paused_at(SINCE)
    shown = json.loads(run("pause", "recipients", *DATABASE, "--json").out)
    assert shown == {
        "dataset": "recipients",
        "paused_since": "2026-02-28T23:59:59+00:00",
        "sent": 0,
        "was_paused": True,
    }
    assert "Dataset recipients is resumed" in run("resume", "recipients", *DATABASE).out
    assert run("resume", "recipients", *DATABASE).out == "Dataset recipients was not paused.\n"
    again = run("resume", "recipients", *DATABASE, "--json")
    assert (again.status, json.loads(again.out)) == (0, {"dataset": "recipients", "was_paused": False})


def test_an_unknown_dataset_is_neither_paused_nor_resumed(run: Run) -> None:
    run("migrate", *DATABASE, "--yes")
    for command in ("pause", "resume"):
        outcome = run(command, "recipient", *DATABASE)
        assert outcome.status == 2
        assert "There is no contract for dataset 'recipient': use one of airports, recipients." in outcome.err
    assert run("status", *DATABASE).err == ""


def test_a_dataset_whose_contract_is_gone_can_be_resumed(run: Run, tmp_path: Path) -> None:
    run("migrate", *DATABASE, "--yes")
    run("pause", "recipients", *DATABASE)
    (tmp_path / "contracts").mkdir()
    assert run("resume", "recipients", *DATABASE, "--contracts", tmp_path / "contracts").status == 0


def test_status_names_the_pause_and_counts_nothing_of_it_as_late(run: Run) -> None:
    run("migrate", *DATABASE, "--yes")
    paused_at(SINCE)
    said = run("status", *DATABASE).err
    assert "dataset recipients is paused since 2026-02-28T23:59:59+00:00." in said
    assert "`csvbatch resume recipients` ends the pause" in said
    assert "oldest" not in said
    run("resume", "recipients", *DATABASE)
    said = run("status", *DATABASE).err
    assert "paused" not in said
    assert "is the oldest unfinished one" in said


def test_load_refuses_a_file_of_a_paused_dataset(run: Run, good_recipients: Path) -> None:
    load = ("load", good_recipients, "-d", "recipients", *DATABASE)
    run("migrate", *DATABASE, "--yes")
    run("pause", "recipients", *DATABASE)
    outcome = run(*load)
    assert outcome.status == 1
    assert "Dataset recipients is paused, so nothing was loaded. End it: `csvbatch resume recipients`" in outcome.err
    assert run("status", *DATABASE).out == "There are no such batches.\n"
    run("resume", "recipients", *DATABASE)
    assert run(*load).status == 0
