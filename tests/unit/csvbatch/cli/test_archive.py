import errno
import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from csvbatch.csv_file.cutting import Chunk
from csvbatch.store import Batch, ChunkResult, NewBatch, ObjectVersion, Store, open_store
from csvbatch.store.archive import Archive
from scripts.common.paths import REPOSITORY
from tests.unit.csvbatch.cli.conftest import Run

DATABASE = ("--database", "sqlite:///x.db")
LONG_AGO = datetime(2020, 2, 29, 12, tzinfo=UTC)
BATCHES = 7
CHUNKS = 3

# Groups of two batches; the process ends as if killed, just before or after a group's chunks are removed.
PROGRAM = """
import os, sys
from csvbatch.cli import archive_file, main
from csvbatch.store.archive import Archive

last, before = int(sys.argv[2]), sys.argv[3] == "before"
archive_file._BATCHES_TOGETHER = 2
remove, calls = Archive.remove_chunks, 0

def mortal(self, archived):
    global calls
    calls += 1
    if calls == last and before:
        os._exit(9)
    removed = remove(self, archived)
    if calls == last:
        os._exit(9)
    return removed

Archive.remove_chunks = mortal
main(["archive", sys.argv[1], "--database", "sqlite:///x.db", "--yes"])
"""


@pytest.fixture
def store(run: Run) -> Iterator[Store]:
    """A ledger with batches that were closed long ago, whose chunks have rejects, and one that was closed today."""
    run("migrate", *DATABASE, "--yes")
    now = [LONG_AGO]
    store = open_store("sqlite:///x.db", clock=lambda: now[0])
    for number in range(BATCHES):
        close(store, f"{number}.csv")
    now[0] = datetime.now(UTC)
    close(store, "new.csv")
    yield store
    store.close_connection()


def close(store: Store, name: str) -> Batch:
    version = ObjectVersion(f"incoming/airports/{name}", "1")
    batch = store.register(NewBatch("airports", "bucket", version, 1, None)).batch
    store._run("test", lambda one: one.run("UPDATE csvbatch_batch SET contract = :c", c=contract()))
    store.record_chunks(batch.id, [Chunk(one, 10 * one, 10 * one + 10, 2 + one) for one in range(CHUNKS)])
    for number in range(CHUNKS):
        store.load_chunk(batch.id, number, lambda in_hand, merge: ChunkResult(1, 1, f"rejected/{name}"))
    return store.close(batch.id)


def contract() -> str:
    from csvbatch.contract.ledger_copy import dumps
    from csvbatch.contract.yaml_file import load_contracts

    return dumps(load_contracts(REPOSITORY / "lambdas" / "contracts")["airports"])


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """Read an archive, also one whose end is missing."""
    with gzip.open(path) as file:
        try:
            for line in file:
                yield json.loads(line)
        except EOFError:
            return


def in_ledger(store: Store) -> set[tuple[str, int]]:
    return {(batch.id, chunk.chunk_number) for batch in store.latest_batches(99) for chunk in store.chunks(batch.id)}


def in_files(*paths: Path) -> set[tuple[str, int]]:
    found = [line for path in paths for line in lines(path)]
    return {(line["batch"]["id"], chunk["chunk_number"]) for line in found for chunk in line["chunks"]}


def test_old_chunks_move_to_a_file_and_their_batches_stay(run: Run, store: Store, tmp_path: Path) -> None:
    before = {batch.id: batch for batch in store.latest_batches(99)}
    chunks = {identity: store.chunks(identity) for identity in before}
    outcome = run("archive", "old.jsonl.gz", *DATABASE, "--yes")
    assert outcome.status == 0
    assert outcome.out == f"Moved {BATCHES * CHUNKS} chunks of {BATCHES} batches to old.jsonl.gz.\n"
    found = list(lines(tmp_path / "old.jsonl.gz"))
    assert [one["batch"]["object_key"] for one in found] == [f"incoming/airports/{number}.csv" for number in range(7)]
    for one in found:
        batch = before[one["batch"]["id"]]
        assert one["batch"]["closed_at"] == LONG_AGO.isoformat()
        assert one["batch"]["rows_rejected"] == batch.rows_rejected == CHUNKS
        places = [(chunk["start_byte"], chunk["end_byte"], chunk["reject_object"]) for chunk in one["chunks"]]
        assert places == [(chunk.start_byte, chunk.end_byte, chunk.reject_object) for chunk in chunks[batch.id]]
    (new,) = (batch for batch in store.latest_batches(99) if batch.archived_at is None)
    assert new.object_key == "incoming/airports/new.csv"
    assert {identity for identity, _ in in_ledger(store)} == {new.id}
    assert len(store.latest_batches(99)) == BATCHES + 1


def test_a_second_archive_finds_nothing_and_makes_no_file(run: Run, store: Store, tmp_path: Path) -> None:
    run("archive", "old.jsonl.gz", *DATABASE, "--yes")
    outcome = run("archive", "more.jsonl.gz", *DATABASE, "--days", "30")
    assert (outcome.status, outcome.out) == (0, "No batch with chunks was closed more than 30 days ago.\n")
    shown = json.loads(run("archive", "more.jsonl.gz", *DATABASE, "--json").out)
    assert shown == {"file": None, "batches": 0, "chunks": 0, "stayed": 0}
    assert not (tmp_path / "more.jsonl.gz").exists()


def test_archive_asks_first_and_overwrites_no_file(run: Run, store: Store, tmp_path: Path) -> None:
    assert run("archive", "old.jsonl.gz", *DATABASE).status == 2
    assert run("archive", "old.jsonl.gz", *DATABASE, typed="n\n").status == 1
    assert not (tmp_path / "old.jsonl.gz").exists()
    (tmp_path / "there").write_text("mine")
    outcome = run("archive", "there", *DATABASE, "--yes")
    assert (outcome.status, (tmp_path / "there").read_text()) == (2, "mine")
    assert "an archive is never overwritten" in outcome.err
    assert run("archive", "nowhere/a.jsonl.gz", *DATABASE, "--yes").status == 2
    assert run("archive", "old.jsonl.gz", *DATABASE, "--days", "29").status == 2
    assert len(in_ledger(store)) == (BATCHES + 1) * CHUNKS


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("last", [1, 2, 4])
def test_a_kill_loses_no_chunk_and_the_next_run_goes_on(
    run: Run, store: Store, tmp_path: Path, last: int, moment: str
) -> None:
    everything = in_ledger(store)
    killed = subprocess.run(
        [sys.executable, "-c", PROGRAM, "first.jsonl.gz", str(last), moment],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY / "lambdas")},
        timeout=120,
        check=False,
    )
    assert killed.returncode == 9
    written = in_files(tmp_path / "first.jsonl.gz")
    removed = {one.id for one in store.latest_batches(99) if one.archived_at}
    assert len(removed) == min(BATCHES, 2 * (last - (moment == "before")))
    assert in_ledger(store) | written == everything
    assert {identity for identity, _ in everything - in_ledger(store)} == removed
    assert run("archive", "second.jsonl.gz", *DATABASE, "--yes").status == (0)
    paths = [path for path in (tmp_path / "first.jsonl.gz", tmp_path / "second.jsonl.gz") if path.exists()]
    assert in_ledger(store) | in_files(*paths) == everything
    assert len(in_ledger(store)) == CHUNKS


def test_chunks_of_a_batch_that_is_replayed_meanwhile_stay(
    run: Run, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    (first, *_) = reversed(store.latest_batches(99))
    remove = Archive.remove_chunks

    def replayed_first(archive: Archive, archived: list[Batch]) -> list[Batch]:
        store.replay(first.id)
        return remove(archive, archived)

    monkeypatch.setattr(Archive, "remove_chunks", replayed_first)
    shown = json.loads(run("archive", "old.jsonl.gz", *DATABASE, "--yes", "--json").out)
    assert (shown["batches"], shown["stayed"]) == (BATCHES - 1, 1)
    assert len(store.chunks(first.id)) == CHUNKS


def test_an_archived_batch_is_shown_so_and_left_out_of_a_replay_of_rejects(run: Run, store: Store) -> None:
    run("archive", "old.jsonl.gz", *DATABASE, "--yes")
    archived = next(one for one in store.latest_batches(99) if one.archived_at)
    assert f"Its chunks were archived on {archived.archived_at:%Y-%m-%d}" in run("status", archived.id, *DATABASE).out
    shown = json.loads(run("status", archived.id, *DATABASE, "--json").out)
    assert (shown["chunks"], shown["chunks_by_state"], shown["archived_at"][:4]) == (
        CHUNKS,
        {},
        f"{archived.archived_at:%Y}",
    )
    refused = run("replay", archived.id, *DATABASE, "--yes")
    assert (refused.status, "drop the file again" in refused.err) == (1, True)
    replayed = run("replay", "--rejects", "--json", *DATABASE, "--yes")
    assert f"left out, because their chunks were archived: {BATCHES} batches with rejects" in replayed.err
    assert len(replayed.out.splitlines()) == 1


def test_a_full_disk_removes_nothing_from_the_ledger(
    run: Run, store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    before = in_ledger(store)
    with monkeypatch.context() as patched:
        patched.setattr("csvbatch.cli.archive_file.os.fsync", full)
        outcome = run("archive", "old.jsonl.gz", *DATABASE, "--yes")
    assert (outcome.status, outcome.err) == (1, "csvbatch: No space left on device\n")
    assert in_ledger(store) == before


def test_more_chunks_than_fit_a_transaction_are_removed_in_several(
    run: Run, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    removed: list[int] = []
    remove = Archive.remove_chunks

    def counted(archive: Archive, archived: list[Batch]) -> list[Batch]:
        removed.append(len(archived))
        return remove(archive, archived)

    monkeypatch.setattr(Archive, "remove_chunks", counted)
    monkeypatch.setattr("csvbatch.cli.archive_file._BATCHES_TOGETHER", 5)
    monkeypatch.setattr("csvbatch.cli.archive_file._CHUNKS_TOGETHER", 4)
    run("archive", "old.jsonl.gz", *DATABASE, "--yes")
    assert removed == [2, 2, 1, 2]


def test_rejects_of_an_archived_batch_are_found_in_its_folder(run: Run, recipients: Path) -> None:
    batch = json.loads(run("load", recipients, "-d", "recipients", *DATABASE, "--json").out)["batch"]
    before = run("rejects", batch, "--json", *DATABASE).out
    store = open_store("sqlite:///x.db")
    later = store.now() + timedelta(days=1)
    store.archive.remove_chunks(store.archive.batches(later, 0, 9))
    assert store.chunks(batch) == []
    store.close_connection()
    assert run("rejects", batch, "--json", *DATABASE).out == before
