"""The law: once nothing fails any more, everything is as after one sequential pass over the batches."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

from csvbatch.pipeline import layout
from csvbatch.store import Batch, BatchState, ChunkState, Store
from tests.faults.world import CLAIM, World

_ROUNDS = 2

_ROWS = "SELECT name, amount, load_sequence, load_line FROM pairs"

type _Row = tuple[int | None, int, int]
"""Amount, sequence and line of a row in the table."""


def heal(world: World) -> None:
    """Let time pass and everybody work without faults until there is nothing to do."""
    for _ in range(_ROUNDS):
        world.redrive()
        _work(world)
    # A file that is gone for good has dead chunks, which are not redriven again.
    _work(world)
    world.now += CLAIM
    world.process()


def _work(world: World) -> None:
    chance = Random(0)
    world.now += timedelta(days=5)
    world.process()
    while world.queue.waiting:
        while world.handle(chance):
            pass
        world.now += timedelta(hours=2)
    world.process()


def violations(world: World) -> list[str]:
    """Name everything that is not as it must be; empty if the law holds."""
    store = world.store()
    try:
        batches = sorted(store.latest_batches(10_000), key=lambda one: one.load_sequence)
        return [
            *_registered(world, batches),
            *_ended(world, store, batches),
            *_counts(world, store, batches),
            *_table(world, store, batches),
            *_queue(world),
            *_leases(store),
        ]
    finally:
        store.close_connection()


def rows_of(content: bytes) -> Iterator[tuple[int, str, int | None]]:
    """Read a file with `csv` alone: line, name and amount of each row, None for a row that breaks the contract."""
    reader = csv.reader(io.StringIO(content.decode(), newline=""))
    next(reader)
    line = reader.line_num + 1
    for name, amount in reader:
        valid = amount.isdecimal() and len(name) <= 10
        yield line, name, int(amount) if valid else None
        line = reader.line_num + 1


def _registered(world: World, batches: list[Batch]) -> Iterator[str]:
    seen = [batch.object for batch in batches]
    if len(seen) != len(set(seen)):
        yield "a version was registered twice"
    for version in world.dropped:
        if world.bucket.find(version) and version not in seen:
            yield f"{version} was never registered"
    by_key: dict[str, list[str]] = {}
    for batch in batches:
        by_key.setdefault(batch.object_key, []).append(batch.object_version)
    for key, versions in by_key.items():
        if versions != sorted(versions):
            yield f"the versions of {key} were registered as {versions}"


def _ended(world: World, store: Store, batches: list[Batch]) -> Iterator[str]:
    for batch in batches:
        if batch.state in (BatchState.CLOSED, BatchState.REFUSED):
            continue
        states = {chunk.state for chunk in store.chunks(batch.id)}
        gone = batch.object in world.removed
        if not (gone and batch.state is BatchState.INCOMPLETE and ChunkState.DEAD in states):
            yield f"batch {batch.load_sequence} is {batch.state}: {batch.failure}"


def _counts(world: World, store: Store, batches: list[Batch]) -> Iterator[str]:
    for batch in batches:
        if batch.state is not BatchState.CLOSED:
            continue
        rows = list(rows_of(world.dropped[batch.object]))
        good = sum(amount is not None for _, _, amount in rows)
        found = (batch.rows_read, batch.rows_merged, batch.rows_rejected)
        if found != (len(rows), good, len(rows) - good):
            yield f"batch {batch.load_sequence} has counts {found}, and its file {(len(rows), good)}"
        yield from _report(world, store, batch, len(rows) - good)


def _report(world: World, store: Store, batch: Batch, bad: int) -> Iterator[str]:
    objects = world.bucket.latest("")
    text = objects.get(layout.report_key(batch.dataset, batch.id))
    if text is None:
        yield f"batch {batch.load_sequence} has no report"
        return
    report: dict[str, Any] = json.loads(text)
    if (report["rows_read"], report["rows_rejected"]) != (batch.rows_read, batch.rows_rejected):
        yield f"the report of batch {batch.load_sequence} has other counts"
    prefix = f"{layout.REJECTED}{batch.dataset}/{batch.id}/{batch.load_attempt:03d}/"
    written = {key for key in objects if key.startswith(prefix)}
    named = {chunk.reject_object for chunk in store.chunks(batch.id) if chunk.reject_object}
    if not named == written == set(report["rejects"]):
        yield f"batch {batch.load_sequence} names rejects {named}, and {written} are there"
    lines = {
        reject["line"] for key in named for reject in csv.DictReader(io.StringIO(objects[key].decode(), newline=""))
    }
    if len(lines) != bad:
        yield f"batch {batch.load_sequence} has {len(lines)} rejected rows in files, and {bad} in its file"


def _table(world: World, store: Store, batches: list[Batch]) -> Iterator[str]:
    expected: dict[str, _Row] = {}
    possible: dict[str, set[_Row]] = {}
    for batch in batches:
        # Rows of an earlier attempt stay in the table if the file vanished before the replay loaded them again.
        vanished = batch.state is not BatchState.CLOSED and batch.load_attempt > 1
        done = list(_lines_done(store, batch))
        for line, name, amount in rows_of(world.dropped[batch.object]):
            row = (amount, batch.load_sequence, line)
            if amount is None:
                continue
            if any(first <= line < end for first, end in done):
                expected[name] = row
                possible[name] = {row}
            elif vanished:
                possible.setdefault(name, set()).add(row)
    found = store._read("test", lambda one: one.rows(_ROWS))
    table = {name: (int(amount), int(sequence), int(line)) for name, amount, sequence, line in found}
    for name in table.keys() | expected.keys():
        if table.get(name) != expected.get(name) and table.get(name) not in possible.get(name, ()):
            yield f"{name!r} is {table.get(name)}, and should be {expected.get(name)} (amount, sequence, line)"


def _lines_done(store: Store, batch: Batch) -> Iterator[tuple[int, int]]:
    """Give the lines [first, end) of the chunks that are loaded."""
    chunks = store.chunks(batch.id)
    for index, chunk in enumerate(chunks):
        if chunk.state is ChunkState.DONE:
            yield chunk.first_line, chunks[index + 1].first_line if index + 1 < len(chunks) else 10**9


def _queue(world: World) -> Iterator[str]:
    queue = world.queue
    ended = queue.deleted + queue.expired + len(queue.dead)
    if queue.waiting or ended != queue.sent:
        yield f"of {queue.sent} messages {ended} ended, and {len(queue.waiting)} wait"


def _leases(store: Store) -> Iterator[str]:
    names = {name for (name,) in store._read("test", lambda one: one.rows("SELECT name FROM csvbatch_lease"))}
    if names - {"sequence"}:
        yield f"claims are left: {sorted(names)}"
