"""The chunks of a split that is under way."""

from datetime import timedelta

import pytest

from csvbatch.csv_file.cutting import Chunk
from csvbatch.store import Batch, BatchState, LedgerError, ObjectVersion, ScannedChunk, Store
from tests.integration.store.contracts import PAIRS
from tests.integration.store.loading import new_batch
from tests.integration.store.places import Place

DAY = timedelta(days=1)
UNPACKED = ObjectVersion("work/x/unpacked.csv", "v")


def being_split(store: Store) -> Batch:
    return store.begin_split(store.register(new_batch(PAIRS, "1")).batch.id)


def scanned(*numbers: int, length: int = 10) -> list[ScannedChunk]:
    return [
        ScannedChunk(Chunk(number, number * length, (number + 1) * length, 2 + number), rows=number, rejects=1)
        for number in numbers
    ]


def recorded(store: Store, batch: Batch) -> list[tuple[int, int, int, int]]:
    return [(one.chunk_number, one.end_byte, one.rows_read, one.rows_rejected) for one in store.chunks(batch.id)]


def test_chunks_in_progress_are_kept_and_none_of_them_is_sent(place: Place) -> None:
    store = place.store()
    batch = being_split(store)
    store.record_progress(batch.id, scanned(0, 1))
    store.record_progress(batch.id, scanned(2))
    assert recorded(store, batch) == [(0, 10, 0, 1), (1, 20, 1, 1), (2, 30, 2, 1)]
    assert store.batches_to_send("bucket", DAY) == []
    assert store.batch(batch.id).chunks_total == 0


def test_chunks_that_were_scanned_again_replace_those_from_the_first_of_them_on(place: Place) -> None:
    store = place.store()
    batch = being_split(store)
    store.record_progress(batch.id, scanned(0, 1, 2))
    store.record_progress(batch.id, scanned(1, length=7))
    assert recorded(store, batch) == [(0, 10, 0, 1), (1, 14, 1, 1)]


def test_progress_ends_a_batch_s_failures_and_keeps_its_unpacked_object(place: Place) -> None:
    store = place.store()
    batch = being_split(store)
    store.record_failure(batch, "SlowDown", (BatchState.SPLITTING,), counted=True)
    store.begin_split(batch.id)
    store.record_progress(batch.id, [], UNPACKED)
    now = store.batch(batch.id)
    assert (now.failures, now.failure, now.source) == (0, None, UNPACKED)


def test_the_end_of_a_split_replaces_what_was_in_progress(place: Place) -> None:
    store = place.store()
    batch = being_split(store)
    store.record_progress(batch.id, scanned(0, 1, 2))
    chunks = [one.chunk for one in scanned(0, 1)]
    assert store.record_chunks(batch.id, chunks).chunks_total == 2
    assert recorded(store, batch) == [(0, 10, 0, 0), (1, 20, 0, 0)]
    assert store.record_chunks(batch.id, chunks).chunks_total == 2


def test_a_refused_batch_has_neither_chunks_nor_an_unpacked_object(place: Place) -> None:
    store = place.store()
    batch = being_split(store)
    store.record_progress(batch.id, scanned(0), UNPACKED)
    refused = store.refuse(batch.id, "too_many_rejects")
    assert (recorded(store, batch), refused.source) == ([], batch.object)


def test_a_replay_of_a_batch_that_was_not_split_forgets_its_progress(place: Place) -> None:
    store = place.store()
    batch = being_split(store)
    store.record_progress(batch.id, scanned(0))
    assert store.replay(batch.id).state is BatchState.REGISTERED
    assert recorded(store, batch) == []


def test_progress_is_recorded_only_while_a_batch_is_split(place: Place) -> None:
    store = place.store()
    batch = store.register(new_batch(PAIRS, "1")).batch
    with pytest.raises(LedgerError, match="is not being split: it is registered"):
        store.record_progress(batch.id, scanned(0))
    with pytest.raises(LedgerError, match="there is no batch"):
        store.record_progress("0" * 16, scanned(0))
