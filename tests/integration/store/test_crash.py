"""A load that ends at any statement leaves all of its chunk or nothing, and goes on the next time."""

import multiprocessing
import signal
from collections.abc import Iterator
from itertools import count
from typing import get_args

import pytest

from csvbatch.store import Batch, BatchState, ChunkResult, ChunkState, Row
from tests.integration.store.contracts import PAIRS
from tests.integration.store.faults import Faults, How, When
from tests.integration.store.loading import deliver, load, loader_of, split_batch
from tests.integration.store.places import Place

BEFORE = [("a", 1), ("b", 1)]
ROWS = [("a", 2), ("c", 2), ("a", 3)]
AFTER = [("a", 3), ("b", 1), ("c", 2)]


def prepared(place: Place) -> Batch:
    """Give a batch whose chunk 1 has new keys, known keys and one that comes twice."""
    store = place.store()
    load(store, split_batch(store, PAIRS, 1, "earlier"), 0, BEFORE)
    batch = split_batch(store, PAIRS, 2)
    load(store, batch, 0, [])
    return batch


def check_all_or_nothing(place: Place, batch_id: str) -> None:
    store = place.store()
    batch, chunk = store.batch(batch_id), store.chunks(batch_id)[1]
    if chunk.state is ChunkState.DONE:
        assert place.values(PAIRS) == AFTER
        assert (batch.state, batch.rows_merged, batch.chunks_remaining) == (BatchState.CLOSING, 3, 0)
    else:
        assert place.values(PAIRS) == BEFORE
        assert (batch.state, batch.rows_merged, batch.chunks_remaining) == (BatchState.LOADING, 0, 1)


@pytest.mark.parametrize("when", get_args(When.__value__))
@pytest.mark.parametrize("how", ["lost", "killed"])
def test_a_load_that_ends_at_any_statement_is_done_by_the_next_delivery(place: Place, how: How, when: When) -> None:
    for at in count(1):
        place.empty()
        batch, faults = prepared(place), Faults(at, when, how)
        done = deliver(place.store(faults=faults), batch, 1, ROWS)
        check_all_or_nothing(place, batch.id)
        if not faults.fired:
            assert done
            assert at > 8, "there are at least this many statements to fail at"
            return
        assert deliver(place.store(), batch, 1, ROWS)
        check_all_or_nothing(place, batch.id)
        assert place.values(PAIRS) == AFTER


def test_a_lost_connection_is_no_business_of_the_callers_once_it_was_opened(place: Place) -> None:
    batch = prepared(place)
    opened = Faults(at=10_000)
    place.store(faults=opened).batch(batch.id)
    faults = Faults(at=opened.seen + 1)
    outcome = load(place.store(faults=faults), batch, 1, ROWS)
    assert faults.fired
    assert outcome.loaded


def test_a_commit_whose_answer_was_lost_is_found_to_be_done(place: Place) -> None:
    batch = prepared(place)
    counting = Faults(at=10_000)
    load(place.store(faults=counting), batch, 1, ROWS)
    other = split_batch(place.store(), PAIRS, 1, "other")
    faults = Faults(at=counting.seen, when="after")
    outcome = load(place.store(faults=faults), other, 0, ROWS)
    assert faults.fired
    assert not outcome.loaded
    assert outcome.batch.state is BatchState.CLOSING


def test_a_process_killed_at_any_statement_leaves_all_or_nothing(place: Place) -> None:
    for at in count(1):
        place.empty()
        batch = prepared(place)
        process = multiprocessing.get_context("fork").Process(target=load_and_die, args=(place, batch.id, at))
        process.start()
        process.join(60)
        check_all_or_nothing(place, batch.id)
        if process.exitcode == 0:
            return
        assert process.exitcode == -signal.SIGKILL
        assert deliver(place.store(), batch, 1, ROWS)
        check_all_or_nothing(place, batch.id)


def load_and_die(place: Place, batch_id: str, at: int) -> None:
    place.store(faults=Faults(at, "after", "process killed")).load_chunk(batch_id, 1, loader_of(ROWS))


def test_a_process_killed_while_rows_are_on_their_way_leaves_nothing(place: Place) -> None:
    batch = prepared(place)
    process = multiprocessing.get_context("fork").Process(target=die_among_rows, args=(place, batch.id))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    check_all_or_nothing(place, batch.id)
    assert place.values(PAIRS) == BEFORE
    assert deliver(place.store(), batch, 1, ROWS)
    check_all_or_nothing(place, batch.id)


def die_among_rows(place: Place, batch_id: str) -> None:
    def rows() -> Iterator[Row]:
        for number in range(20_000):
            yield 1002 + number, (f"{number}", number)
        signal.raise_signal(signal.SIGKILL)

    place.store().load_chunk(batch_id, 1, lambda in_hand, merge: ChunkResult(merge(rows()), 0))
