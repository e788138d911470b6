"""Paused datasets in the ledger, over every database."""

from datetime import UTC, datetime, timedelta
from threading import Barrier

from csvbatch.store import BatchState, ChunkState, NewBatch, ObjectVersion, OverdueDataset, Pause
from tests.integration.store.contracts import KEYS, PAIRS
from tests.integration.store.loading import load, split_batch
from tests.integration.store.places import Place
from tests.integration.store.test_concurrency import SECONDS, together

NOON = datetime(2026, 11, 1, 12, 30, 15, 250_000, tzinfo=UTC)
DAY = timedelta(days=1)


def test_a_dataset_is_paused_once_and_resumed_once(place: Place) -> None:
    clock = [NOON]
    store = place.store(clock=lambda: clock[0])
    assert store.pauses.names() == frozenset()
    assert store.pauses.pause("pairs")
    clock[0] += DAY
    assert not store.pauses.pause("pairs")
    assert store.pauses.pause("d" * 63)
    assert store.pauses.names() == {"pairs", "d" * 63}
    assert store.pauses.all() == [Pause("d" * 63, NOON + DAY, 0), Pause("pairs", NOON, 0)]
    assert store.pauses.resume("pairs")
    assert not store.pauses.resume("pairs")
    assert store.pauses.names() == {"d" * 63}


def test_chunks_of_a_paused_dataset_need_no_message_and_those_of_others_do(place: Place) -> None:
    store = place.store()
    paused, other = split_batch(store, PAIRS, 2), split_batch(store, KEYS, 1, "2")
    store.pauses.pause("pairs")
    assert store.batches_to_send("bucket", DAY) == [other]
    assert store.chunks_to_send(paused, DAY) == []
    assert len(store.chunks_to_send(other, DAY)) == 1
    store.pauses.resume("pairs")
    assert store.batches_to_send("bucket", DAY) == [paused, other]
    assert len(store.chunks_to_send(paused, DAY)) == 2


def test_chunks_that_were_sent_before_are_counted_and_loaded(place: Place) -> None:
    store = place.store()
    batch = split_batch(store, PAIRS, 3)
    store.mark_sent(batch.id, [0, 2])
    store.mark_sent(split_batch(store, KEYS, 1, "2").id, [0])
    store.pauses.pause("pairs")
    assert [one.chunks_sent for one in store.pauses.all()] == [2]
    load(store, batch, 2, [("a", 1)])
    assert [one.chunks_sent for one in store.pauses.all()] == [1]
    states = [chunk.state for chunk in store.chunks(batch.id)]
    assert states == [ChunkState.SENT, ChunkState.PENDING, ChunkState.DONE]
    assert store.batch(batch.id).state is BatchState.LOADING


def test_a_paused_dataset_is_not_overdue(place: Place) -> None:
    clock = [NOON]
    store = place.store(clock=lambda: clock[0])
    store.expect_files("bucket", {"pairs": 1, "keys": 1})
    store.register(NewBatch("pairs", "bucket", ObjectVersion("incoming/pairs/a.csv", "1"), 1, PAIRS))
    store.pauses.pause("pairs")
    clock[0] += DAY
    assert store.overdue_datasets() == store.overdue_datasets("bucket") == [OverdueDataset("bucket", "keys", 1, None)]
    store.pauses.resume("pairs")
    assert [one.dataset for one in store.overdue_datasets()] == ["keys", "pairs"]


def test_of_two_that_pause_a_dataset_at_once_one_has_paused_it(shared_place: Place) -> None:
    start = Barrier(2)

    def work() -> bool:
        store = shared_place.store()
        store.pauses.names()
        start.wait(SECONDS)
        return store.pauses.pause("pairs")

    assert sorted(together(work, work)) == [False, True]
