"""The law: once nothing fails any more, everything is as after one sequential pass over the batches."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from random import Random
from typing import Any

from csvbatch.pipeline import layout
from csvbatch.store import Batch, BatchState, ChunkState, Store
from tests.faults.samples import Line
from tests.faults.world import CLAIM, World

_MOST_BATCHES = 10_000
_ROUNDS = 3
"""Rounds of work until nothing may be left to do: what one round finishes may let another one begin."""


class Breach(StrEnum):
    """The ways in which the law can be broken."""

    LOST = "rows lost"
    DOUBLED = "rows doubled"
    COUNTS = "wrong counts"
    OTHER = "other breaches of the law"


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that is not as it must be."""

    breach: Breach
    text: str

    def __str__(self) -> str:
        return f"{self.breach}: {self.text}"


type _Row = tuple[str, int, int]
"""Value, sequence and line of a row in the table."""


def settle(world: World) -> list[Violation]:
    """Let everybody work without faults until nothing is left to do, and name what then breaks the law."""
    world.recover()
    found: list[Violation] = []
    for _ in range(_ROUNDS):
        world.redrive()
        _work(world)
        world.pass_time(CLAIM)
        world.process()
        found = violations(world)
        if not found:
            break
    return found


def _work(world: World) -> None:
    chance = Random(0)
    world.pass_time(timedelta(days=5))
    world.process()
    while world.messages().waiting:
        while world.handle(chance):
            pass
        world.pass_time(timedelta(hours=2))
    world.process()


def violations(world: World) -> list[Violation]:
    """Name everything that is not as it must be; empty if the law holds."""
    store = world.store()
    try:
        batches = sorted(store.latest_batches(_MOST_BATCHES), key=lambda one: one.load_sequence)
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


def _registered(world: World, batches: list[Batch]) -> Iterator[Violation]:
    seen = [batch.object for batch in batches]
    if len(seen) != len(set(seen)):
        yield Violation(Breach.DOUBLED, "a version was registered twice")
    for version in world.dropped:
        if version not in seen and world.exists(version):
            yield Violation(Breach.LOST, f"{version} was never registered")
    arrived = {version: number for number, version in enumerate(world.dropped)}
    by_key: dict[str, list[int]] = {}
    for batch in batches:
        by_key.setdefault(batch.object_key, []).append(arrived[batch.object])
    for key, numbers in by_key.items():
        if numbers != sorted(numbers):
            yield Violation(Breach.OTHER, f"the versions of {key} were registered in the order {numbers}")


def _ended(world: World, store: Store, batches: list[Batch]) -> Iterator[Violation]:
    for batch in batches:
        if batch.state in (BatchState.CLOSED, BatchState.REFUSED):
            continue
        states = {chunk.state for chunk in store.chunks(batch.id)}
        gone = batch.object in world.removed
        if not (gone and batch.state is BatchState.INCOMPLETE and ChunkState.DEAD in states):
            yield Violation(Breach.OTHER, f"batch {batch.load_sequence} is {batch.state}: {batch.failure}")


def _counts(world: World, store: Store, batches: list[Batch]) -> Iterator[Violation]:
    objects = world.objects()
    for batch in batches:
        if batch.state is not BatchState.CLOSED:
            continue
        rows = list(world.samples.rows(world.dropped[batch.object]))
        good = sum(value is not None for _, _, value in rows)
        found = (batch.rows_read, batch.rows_merged, batch.rows_rejected)
        if found != (len(rows), good, len(rows) - good):
            text = f"batch {batch.load_sequence} has counts {found}, and its file {(len(rows), good)}"
            yield Violation(Breach.COUNTS, text)
        for text in _report(objects, store, batch, len(rows) - good):
            yield Violation(Breach.COUNTS, text)


def _report(objects: Mapping[str, bytes], store: Store, batch: Batch, bad: int) -> Iterator[str]:
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
        reject["line"]
        for key in named & written
        for reject in csv.DictReader(io.StringIO(objects[key].decode(), newline=""))
    }
    if len(lines) != bad:
        yield f"batch {batch.load_sequence} has {len(lines)} rejected rows in files, and {bad} in its file"


def _table(world: World, store: Store, batches: list[Batch]) -> Iterator[Violation]:
    expected: dict[str, _Row] = {}
    possible: dict[str, set[_Row]] = {}
    for batch in batches:
        # Rows of an earlier attempt stay in the table if the file vanished before the replay loaded them again.
        vanished = batch.state is not BatchState.CLOSED and batch.load_attempt > 1
        done = list(_lines_done(store, batch))
        for line, key, value in _valid(world.samples.rows(world.dropped[batch.object])):
            row = (value, batch.load_sequence, line)
            if any(first <= line < end for first, end in done):
                expected[key] = row
                possible[key] = {row}
            elif vanished:
                possible.setdefault(key, set()).add(row)
    table: dict[str, _Row] = {}
    for *key_parts, value, sequence, line in store._read("test", lambda one: one.rows(world.samples.select)):
        table["/".join(map(str, key_parts))] = (str(value), int(sequence), int(line))
    for key in table.keys() | expected.keys():
        found, wanted = table.get(key), expected.get(key)
        if found != wanted and found not in possible.get(key, ()):
            # A row that should not be there is one of a file that counts as not loaded: it would be loaded twice.
            breach = Breach.DOUBLED if wanted is None else Breach.LOST
            yield Violation(breach, f"{key!r} is {found}, and should be {wanted} (value, sequence, line)")


def _valid(lines: Iterator[Line]) -> Iterator[tuple[int, str, str]]:
    for line, key, value in lines:
        if value is not None:
            yield line, key, value


def _lines_done(store: Store, batch: Batch) -> Iterator[tuple[int, int]]:
    """Give the lines [first, end) of the chunks that are loaded."""
    chunks = store.chunks(batch.id)
    for index, chunk in enumerate(chunks):
        if chunk.state is ChunkState.DONE:
            yield chunk.first_line, chunks[index + 1].first_line if index + 1 < len(chunks) else 10**9


def _queue(world: World) -> Iterator[Violation]:
    messages = world.messages()
    ended = messages.deleted + messages.expired + messages.dead
    if messages.waiting or ended != messages.sent:
        text = f"of {messages.sent} messages {ended} ended, and {messages.waiting} wait"
        yield Violation(Breach.OTHER, text)


def _leases(store: Store) -> Iterator[Violation]:
    names = {name for (name,) in store._read("test", lambda one: one.rows("SELECT name FROM csvbatch_lease"))}
    if names - {"sequence"}:
        yield Violation(Breach.OTHER, f"claims are left: {sorted(names)}")
