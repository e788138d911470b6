"""Chunks of batches that were closed long ago leave the ledger, over every database; the batches stay."""

from datetime import UTC, datetime, timedelta

import pytest

from csvbatch.store import BatchState, LedgerError, ObjectVersion, Store
from csvbatch.store.archive import Ready
from tests.integration.store.contracts import PAIRS
from tests.integration.store.loading import load, load_whole, new_batch, split_batch
from tests.integration.store.places import Place

NOON = datetime(2026, 11, 1, 12, 30, 15, 250_000, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def now() -> list[datetime]:
    return [NOON]


@pytest.fixture
def store(place: Place, now: list[datetime]) -> Store:
    return place.store(clock=lambda: now[0])


def close(store: Store, version: str) -> str:
    batch = load_whole(store, PAIRS, [(version, 1)], version)
    return store.close(batch.id).id


def test_only_closed_batches_that_are_old_enough_and_have_chunks_are_ready(store: Store, now: list[datetime]) -> None:
    first, second = close(store, "a"), close(store, "b")
    store.close(split_batch(store, PAIRS, 0, "empty").id)
    store.refuse(store.register(new_batch(PAIRS, "refused")).batch.id, "x")
    load_whole(store, PAIRS, [("c", 1)], "closing")
    now[0] += DAY
    close(store, "late")
    assert store.archive.ready(NOON) == Ready(0, 0)
    assert store.archive.ready(now[0]) == Ready(2, 2)
    assert [one.id for one in store.archive.batches(now[0], 0, 9)] == [first, second]
    assert [one.id for one in store.archive.batches(now[0], 0, 1)] == [first]
    assert [one.id for one in store.archive.batches(now[0], 1, 1)] == [second]


def test_an_archived_batch_keeps_what_an_audit_needs(store: Store, place: Place, now: list[datetime]) -> None:
    batch = split_batch(store, PAIRS, 2)
    load(store, batch, 0, [("a", 1)], rejected=2)
    load(store, batch, 1, [("b", 2)])
    before = store.close(batch.id)
    now[0] += DAY
    assert store.archive.remove_chunks(store.archive.batches(now[0], 0, 9)) == [before]
    after = store.batch(batch.id)
    assert after.archived_at == now[0]
    assert (after.rows_read, after.rows_merged, after.rows_rejected, after.chunks_total) == (4, 2, 2, 2)
    assert (after.object, after.registered_at, after.closed_at) == (before.object, NOON, NOON)
    assert store.contract(batch.id) == PAIRS
    assert store.chunks(batch.id) == []
    assert place.values(PAIRS) == [("a", 1), ("b", 2)]
    assert store.known_versions("bucket", [batch.object_key]) == {ObjectVersion("incoming/pairs/a.csv", "1")}
    assert store.register(new_batch(PAIRS)) == (after, False)
    assert store.archive.ready(now[0]) == Ready(0, 0)


def test_to_archive_a_batch_again_changes_nothing(store: Store, now: list[datetime]) -> None:
    close(store, "a")
    now[0] += DAY
    found = store.archive.batches(now[0], 0, 9)
    store.archive.remove_chunks(found)
    archived = store.batch(found[0].id)
    now[0] += DAY
    assert store.archive.remove_chunks(found) == found
    assert store.batch(found[0].id) == archived


def test_a_batch_that_is_replayed_before_its_chunks_are_removed_keeps_them(store: Store, now: list[datetime]) -> None:
    replayed, other = close(store, "a"), close(store, "b")
    now[0] += DAY
    found = store.archive.batches(now[0], 0, 9)
    store.replay(replayed)
    assert [one.id for one in store.archive.remove_chunks(found)] == [other]
    assert store.batch(replayed).state is BatchState.LOADING
    assert len(store.chunks(replayed)) == 1
    assert load(store, store.batch(replayed), 0, [("a", 2)]).batch.state is BatchState.CLOSING


def test_a_batch_that_was_closed_again_since_it_was_read_keeps_its_chunks(store: Store, now: list[datetime]) -> None:
    identity = close(store, "a")
    now[0] += DAY
    found = store.archive.batches(now[0], 0, 9)
    load(store, store.replay(identity), 0, [("a", 2)])
    store.close(identity)
    assert store.archive.remove_chunks(found) == []
    assert len(store.chunks(identity)) == 1


def test_an_archived_batch_is_not_replayed(store: Store, now: list[datetime]) -> None:
    identity = close(store, "a")
    now[0] += DAY
    store.archive.remove_chunks(store.archive.batches(now[0], 0, 9))
    before = store.batch(identity)
    with pytest.raises(LedgerError, match=f"the chunks of batch {identity} were archived on 2026-11-02") as refused:
        store.replay(identity)
    assert refused.value.code == "ARCHIVED"
    assert store.batch(identity) == before
