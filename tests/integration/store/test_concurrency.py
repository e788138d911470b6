"""Several load at once, over the databases that allow it: same table, same counts."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from threading import Barrier, Event
from typing import Any

import psycopg
import pytest

from csvbatch.store import BatchState, BusyError, ChunkInHand, ChunkResult, ChunkState, Merge, Registered, Timeouts
from tests.integration.store.contracts import PAIRS
from tests.integration.store.loading import load, new_batch, ranges, split_batch
from tests.integration.store.places import Place, PostgresqlPlace
from tests.integration.store.test_law import Chunks, sequential_pass

SECONDS = 60


def together[T](*works: Callable[[], T]) -> list[T]:
    """Run these at the same time and give what they return; the first failure is raised."""
    with ThreadPoolExecutor(len(works)) as threads:
        return [future.result(SECONDS) for future in [threads.submit(work) for work in works]]


def in_rows(rows: Sequence[tuple[Any, ...]], at: int, meet: Callable[[], object]) -> Iterator[tuple[int, Any]]:
    """Give rows with their lines, and call `meet` before the one at this index."""
    for ordinal, values in enumerate(rows):
        if ordinal == at:
            meet()
        yield 2 + ordinal, values


@contextmanager
def without_deadlock(place: Place) -> Iterator[None]:
    """Fail where the server had to end a deadlock: the loser is done again, so nothing else would tell."""
    if not isinstance(place, PostgresqlPlace):
        yield
        return
    log = place.server.folder / "log"
    before = log.read_text().count("deadlock detected")
    yield
    assert log.read_text().count("deadlock detected") == before


def until_somebody_waits(place: Place) -> None:
    """Return once a transaction waits for another one's lock, where the server can be asked."""
    if not isinstance(place, PostgresqlPlace):
        return
    waiting = "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    limit = time.monotonic() + SECONDS
    with psycopg.connect(place.server.url(), autocommit=True) as observer:
        while observer.execute(waiting).fetchone() == (0,):
            assert time.monotonic() < limit, "nobody waits"


def test_chunks_with_keys_in_common_are_loaded_at_once_as_if_one_after_the_other(shared_place: Place) -> None:
    place = shared_place
    chance = random.Random(7)
    several: list[Chunks] = [
        tuple(tuple((f"{chance.randrange(40)}", chance.randrange(10)) for _ in range(60)) for _ in range(3))
        for _ in range(3)
    ]
    batches = [split_batch(place.store(), PAIRS, 3, str(index)) for index in range(3)]
    deliveries = [(batch, chunk) for batch in range(3) for chunk in range(3)] * 2
    chance.shuffle(deliveries)
    start = Barrier(3)

    def work(mine: Sequence[tuple[int, int]]) -> None:
        store = place.store()
        start.wait(SECONDS)
        for batch, chunk in mine:
            load(store, batches[batch], chunk, several[batch][chunk])

    together(*(lambda mine=deliveries[index::3]: work(mine) for index in range(3)))
    assert place.rows(PAIRS) == sequential_pass(several, [1, 1, 1])
    closing = place.store().batches(BatchState.CLOSING)
    assert [(batch.rows_read, batch.rows_merged) for batch in closing] == [(180, 180)] * 3


@pytest.mark.parametrize("known", [False, True], ids=["new keys", "known keys"])
def test_two_that_bring_the_same_keys_at_the_same_time_both_get_through(shared_place: Place, known: bool) -> None:
    """Both have the keys in hand before either of them commits; the later batch wins.

    New keys are copied in the order of the file, so there may be a deadlock, which ends one copy and no more
    (`test_copies`).
    """
    place = shared_place
    keys = [f"{number}" for number in range(50)]
    if known:
        load(place.store(), split_batch(place.store(), PAIRS, 1, "0"), 0, [(key, 0) for key in keys])
    meeting = Barrier(2)

    def work(version: str, amount: int, order: Sequence[str]) -> None:
        batch = split_batch(place.store(), PAIRS, 1, version)
        tries = 0

        def loader(in_hand: ChunkInHand, merge: Merge) -> ChunkResult:
            nonlocal tries
            tries += 1
            meet = (lambda: meeting.wait(SECONDS)) if tries == 1 else (lambda: None)
            rows = [(key, amount) for key in order]
            return ChunkResult(merge(in_rows(rows, len(rows) - 1, meet)), 0)

        place.store().load_chunk(batch.id, 0, loader)

    first = split_batch(place.store(), PAIRS, 1, "1")
    second = split_batch(place.store(), PAIRS, 1, "2")
    assert first.load_sequence < second.load_sequence
    with without_deadlock(place) if known else nullcontext():
        together(lambda: work("1", 1, keys), lambda: work("2", 2, keys[::-1]))
    assert place.values(PAIRS) == sorted((key, 2) for key in keys)


def test_the_same_chunk_delivered_twice_at_once_is_loaded_once(shared_place: Place) -> None:
    place = shared_place
    batch = split_batch(place.store(), PAIRS, 1)
    start = Barrier(2)

    def work() -> bool:
        store = place.store()
        start.wait(SECONDS)
        return load(store, batch, 0, [(f"{number}", number) for number in range(500)]).loaded

    assert sorted(together(work, work)) == [False, True]
    assert place.store().batch(batch.id).rows_merged == 500


def test_the_last_two_chunks_done_at_once_bring_the_batch_to_its_close(shared_place: Place) -> None:
    place = shared_place
    batch = split_batch(place.store(), PAIRS, 2)
    meeting = Barrier(2)

    def work(number: int) -> None:
        def loader(in_hand: ChunkInHand, merge: Merge) -> ChunkResult:
            merged = merge([(2 + number, (f"{number}", number))])
            meeting.wait(SECONDS)
            return ChunkResult(merged, 0)

        place.store().load_chunk(batch.id, number, loader)

    together(lambda: work(0), lambda: work(1))
    closing = place.store().batch(batch.id)
    assert (closing.state, closing.chunks_remaining, closing.rows_merged) == (BatchState.CLOSING, 0, 2)


def test_a_chunk_that_dies_while_another_is_loaded_leaves_the_batch_incomplete(shared_place: Place) -> None:
    place = shared_place
    batch = split_batch(place.store(), PAIRS, 2)
    meeting = Barrier(2)

    def loading() -> None:
        def loader(in_hand: ChunkInHand, merge: Merge) -> ChunkResult:
            meeting.wait(SECONDS)
            return ChunkResult(merge([(2, ("a", 1))]), 0)

        place.store().load_chunk(batch.id, 0, loader)

    def dying() -> None:
        meeting.wait(SECONDS)
        place.store().mark_dead(batch.id, 1, "x")

    together(loading, dying)
    assert place.store().batch(batch.id).state is BatchState.INCOMPLETE


def test_a_replay_waits_for_a_chunk_that_is_being_loaded(shared_place: Place) -> None:
    place = shared_place
    batch = split_batch(place.store(), PAIRS, 1)
    locked = Event()

    def loading() -> None:
        def loader(in_hand: ChunkInHand, merge: Merge) -> ChunkResult:
            locked.set()
            until_somebody_waits(place)
            return ChunkResult(merge([(2, ("a", 1))]), 0)

        place.store().load_chunk(batch.id, 0, loader)

    def replaying() -> None:
        assert locked.wait(SECONDS)
        place.store().replay(batch.id)

    with without_deadlock(place):
        together(loading, replaying)
    load(place.store(), batch, 0, [("a", 1)])
    assert place.rows(PAIRS) == [("a", 1, 1, 2, 2)]
    assert place.store().batch(batch.id).state is BatchState.CLOSING


def test_whoever_waits_too_long_for_a_lock_is_told_to_try_again(shared_place: Place) -> None:
    place = shared_place
    batch = split_batch(place.store(), PAIRS, 1)
    impatient = place.store(timeouts=Timeouts(lock=1))

    def loader(in_hand: ChunkInHand, merge: Merge) -> ChunkResult:
        with pytest.raises(BusyError, match="is too busy during load_chunk of chunk 0"):
            load(impatient, batch, 0, [])
        return ChunkResult(0, 0)

    assert place.store().load_chunk(batch.id, 0, loader).loaded


def test_who_sends_messages_does_not_wait_for_a_chunk_that_is_being_loaded(shared_place: Place) -> None:
    place = shared_place
    batch = split_batch(place.store(), PAIRS, 3)
    impatient = place.store(timeouts=Timeouts(lock=1))

    def loader(in_hand: ChunkInHand, merge: Merge) -> ChunkResult:
        impatient.mark_sent(batch.id, [0, 1])
        return ChunkResult(0, 0)

    place.store().load_chunk(batch.id, 0, loader)
    states = [chunk.state for chunk in place.store().chunks(batch.id)]
    assert states == [ChunkState.DONE, ChunkState.SENT, ChunkState.PENDING]


def test_versions_registered_at_once_get_sequences_without_gaps(shared_place: Place) -> None:
    place = shared_place
    start = Barrier(3)

    def work(version: str) -> int:
        store = place.store()
        store.batches(BatchState.REGISTERED)
        start.wait(SECONDS)
        return store.register(new_batch(PAIRS, version)).batch.load_sequence

    assert sorted(together(*(lambda version=version: work(version) for version in "abc"))) == [1, 2, 3]


def test_the_same_version_registered_at_once_is_one_batch(shared_place: Place) -> None:
    place = shared_place
    start = Barrier(2)

    def work() -> Registered:
        store = place.store()
        store.batches(BatchState.REGISTERED)
        start.wait(SECONDS)
        return store.register(new_batch(PAIRS))

    both = together(work, work)
    assert len({one.batch.id for one in both}) == 1
    assert sorted(one.is_new for one in both) == [False, True]
    assert len(place.store().latest_batches(10)) == 1


def test_chunks_recorded_at_once_by_two_are_recorded_once(shared_place: Place) -> None:
    place = shared_place
    batch = place.store().register(new_batch(PAIRS)).batch
    start = Barrier(2)

    def work() -> int:
        store = place.store()
        start.wait(SECONDS)
        return store.record_chunks(batch.id, ranges(3)).chunks_remaining

    assert together(work, work) == [3, 3]
    assert len(place.store().chunks(batch.id)) == 3


def test_a_lease_that_many_want_at_once_has_one_holder(shared_place: Place) -> None:
    place = shared_place
    for name in ("first", "second", "third"):
        start = Barrier(3)

        def work(owner: str, name: str = name, start: Barrier = start) -> bool:
            store = place.store()
            store.batches(BatchState.REGISTERED)
            start.wait(SECONDS)
            return store.acquire_lease(name, owner, timedelta(minutes=1))

        assert sum(together(*(lambda owner=owner: work(owner) for owner in "abc"))) == 1
