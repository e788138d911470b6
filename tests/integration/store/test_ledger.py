"""The ledger's states, over every database."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from csvbatch.contract.columns import IntegerColumn, StringColumn
from csvbatch.contract.ledger_copy import dumps
from csvbatch.contract.model import Contract
from csvbatch.csv_file.cutting import Chunk
from csvbatch.store import (
    BatchState,
    ChunkInHand,
    ChunkResult,
    ChunkState,
    LedgerError,
    Merge,
    ObjectVersion,
    Row,
    StoreError,
)
from tests.integration.store.contracts import EVERYTHING, KEYS, PAIRS
from tests.integration.store.loading import load, load_whole, loader_of, new_batch, ranges, split_batch
from tests.integration.store.places import Place

DAY = timedelta(days=1)


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


# Registration


def test_an_object_version_is_one_batch_however_often_it_is_registered(place: Place) -> None:
    store = place.store()
    first, is_new = store.register(new_batch(PAIRS))
    assert is_new
    assert store.register(new_batch(PAIRS)) == (first, False)
    assert first.state is BatchState.REGISTERED
    assert first.source == ObjectVersion("incoming/pairs/a.csv", "1")


def test_sequences_rise_in_the_order_of_registration(place: Place) -> None:
    store = place.store()
    batches = [store.register(new_batch(PAIRS, version)).batch for version in ("c", "a", "b")]
    assert [batch.load_sequence for batch in batches] == [1, 2, 3]
    assert len({batch.id for batch in batches}) == 3


def test_known_versions_are_those_of_the_keys_that_are_registered(place: Place) -> None:
    store = place.store()
    for key, version in (("ü%_.csv", "1"), ("ü%_.csv", "2"), ("a.csv", "1")):
        store.register(new_batch(PAIRS, version, key))
    asked = ["ü%_.csv", *(f"{number}.csv" for number in range(1100)), "A.CSV"]
    assert store.known_versions("bucket", asked) == {ObjectVersion("ü%_.csv", "1"), ObjectVersion("ü%_.csv", "2")}
    assert store.known_versions("other", asked) == set()
    assert store.known_versions("bucket", []) == set()


def test_the_place_where_a_sweep_ended_is_kept_for_each_bucket(place: Place) -> None:
    store = place.store()
    assert store.swept_to("bucket") is None
    store.record_sweep("bucket", "incoming/ü")
    store.record_sweep("other", "incoming/a")
    assert store.swept_to("bucket") == "incoming/ü"
    store.record_sweep("bucket", None)
    assert store.swept_to("bucket") is None
    assert store.swept_to("other") == "incoming/a"


def test_the_longest_names_that_s3_allows_are_registered(place: Place) -> None:
    store = place.store()
    batch = store.register(new_batch(PAIRS, "v" * 1024, "ü" * 512)).batch
    assert (batch.object_key, batch.object_version) == ("ü" * 512, "v" * 1024)


def test_a_batch_keeps_the_contract_it_was_registered_with(place: Place) -> None:
    store = place.store()
    wide = Contract(
        dataset="pairs",
        table="pairs",
        key=("name",),
        columns=(
            StringColumn(name="name", max_length=10),
            *(IntegerColumn(name=f"column_{number}") for number in range(200)),
        ),
    )
    assert len(dumps(wide)) > 32_767
    assert store.contract(store.register(new_batch(wide)).batch.id) == wide


def test_a_batch_of_an_unknown_dataset_has_no_contract_and_is_refused(place: Place) -> None:
    store = place.store()
    batch = store.register(new_batch(None)).batch
    with pytest.raises(LedgerError, match="has no contract"):
        store.contract(batch.id)
    refused = store.refuse(batch.id, "unknown dataset")
    assert (refused.state, refused.reason) == (BatchState.REFUSED, "unknown dataset")


def test_points_in_time_come_back_in_utc(place: Place) -> None:
    clock = Clock()
    batch = place.store(clock=clock).register(new_batch(PAIRS)).batch
    assert batch.registered_at == clock.now
    assert batch.registered_at.tzinfo is UTC
    assert batch.closed_at is None


def test_points_in_time_keep_the_fraction_of_their_second(place: Place) -> None:
    clock = Clock()
    clock.now = clock.now.replace(microsecond=123456)
    store = place.store(clock=clock)
    batch = split_batch(store, PAIRS, 1)
    store.mark_sent(batch.id, [0])
    assert batch.registered_at == clock.now
    assert store.chunks(batch.id)[0].sent_at == clock.now


def test_the_database_has_a_clock_of_its_own(place: Place) -> None:
    batch = place.store().register(new_batch(PAIRS)).batch
    assert abs(datetime.now(UTC) - batch.registered_at) < timedelta(hours=1)


def test_an_unknown_batch_is_an_error_that_says_so(place: Place) -> None:
    with pytest.raises(LedgerError, match=r"there is no batch abc during batch \(UNKNOWN_BATCH\); `csvbatch status`"):
        place.store().batch("abc")


# Splitting


def test_each_scan_that_is_begun_is_counted(place: Place) -> None:
    store = place.store()
    batch = store.register(new_batch(PAIRS)).batch
    store.begin_split(batch.id)
    again = store.begin_split(batch.id)
    assert (again.state, again.splits) == (BatchState.SPLITTING, 2)


def test_recording_chunks_lets_them_be_sent(place: Place) -> None:
    store = place.store()
    batch = store.register(new_batch(PAIRS)).batch
    unpacked = ObjectVersion("work/a/data.csv", "7")
    recorded = store.record_chunks(batch.id, ranges(2), unpacked)
    assert (recorded.state, recorded.chunks_total, recorded.chunks_remaining) == (BatchState.LOADING, 2, 2)
    assert recorded.source == unpacked
    assert [(chunk.start_byte, chunk.end_byte, chunk.first_line, chunk.state) for chunk in store.chunks(batch.id)] == [
        (100, 1100, 2, ChunkState.PENDING),
        (1100, 2100, 1002, ChunkState.PENDING),
    ]


def test_chunks_are_recorded_all_or_none(place: Place) -> None:
    store = place.store()
    batch = store.begin_split(store.register(new_batch(PAIRS)).batch.id)
    with pytest.raises(StoreError):
        store.record_chunks(batch.id, [*ranges(2), Chunk(0, 5, 6, 7)])
    assert store.chunks(batch.id) == []
    assert store.batch(batch.id).state is BatchState.SPLITTING


def test_the_same_chunks_may_be_recorded_twice_and_no_others(place: Place) -> None:
    store = place.store()
    batch = split_batch(store, PAIRS, 2)
    load(store, batch, 0, [])
    assert store.record_chunks(batch.id, ranges(2)).chunks_remaining == 1
    with pytest.raises(LedgerError, match="was split or refused already: it is loading"):
        store.record_chunks(batch.id, ranges(3))


def test_a_batch_without_chunks_is_ready_to_be_closed(place: Place) -> None:
    assert split_batch(place.store(), PAIRS, 0).state is BatchState.CLOSING


def test_a_batch_that_is_loading_is_neither_split_nor_refused(place: Place) -> None:
    store = place.store()
    batch = split_batch(store, PAIRS, 1)
    with pytest.raises(LedgerError, match="it is loading"):
        store.begin_split(batch.id)
    with pytest.raises(LedgerError, match="it is loading"):
        store.refuse(batch.id, "too late")


def test_a_batch_is_refused_once_and_a_long_reason_is_cut(place: Place) -> None:
    store = place.store()
    batch = store.register(new_batch(PAIRS)).batch
    refused = store.refuse(batch.id, "x" * 5000)
    assert refused.reason == "x" * 1000
    assert store.refuse(batch.id, "another") == refused


# Sending


def test_pending_chunks_are_sent_and_sent_ones_again_only_when_their_message_is_gone(place: Place) -> None:
    clock = Clock()
    store = place.store(clock=clock)
    batch = split_batch(store, PAIRS, 3)
    assert [task.chunk.chunk_number for task in store.chunks_to_send(batch, DAY)] == [0, 1, 2]
    store.mark_sent(batch.id, [2, 0])
    assert [task.chunk.chunk_number for task in store.chunks_to_send(batch, DAY)] == [1]
    clock.now += DAY
    assert [task.chunk.chunk_number for task in store.chunks_to_send(batch, DAY)] == [1]
    clock.now += timedelta(seconds=1)
    assert [task.chunk.chunk_number for task in store.chunks_to_send(batch, DAY)] == [0, 1, 2]
    store.mark_sent(batch.id, [0])
    assert [chunk.sends for chunk in store.chunks(batch.id)] == [2, 0, 1]


def test_chunks_are_sent_in_the_order_of_their_batches(place: Place) -> None:
    store = place.store()
    first, second = (split_batch(store, PAIRS, 2, version) for version in "ab")
    assert store.batches_to_send("bucket", DAY) == [first, second]
    assert [(task.batch, task.chunk.chunk_number) for task in store.chunks_to_send(second, DAY)] == [
        (second, 0),
        (second, 1),
    ]
    store.mark_sent(first.id, [0, 1])
    assert store.batches_to_send("bucket", DAY) == [second]
    assert store.batches_to_send("elsewhere", DAY) == []


def test_a_chunk_that_was_loaded_before_it_was_marked_as_sent_stays_done(place: Place) -> None:
    store = place.store()
    batch = split_batch(store, PAIRS, 2)
    load(store, batch, 0, [("a", 1)])
    store.mark_sent(batch.id, [0, 1])
    store.mark_sent(batch.id, [])
    assert [chunk.state for chunk in store.chunks(batch.id)] == [ChunkState.DONE, ChunkState.SENT]


# Loading


def test_rows_counts_and_states_are_committed_together(place: Place) -> None:
    store = place.store()
    batch = split_batch(store, PAIRS, 2)
    outcome = load(store, batch, 1, [("a", 1), ("b", None)], rejected=3)
    assert outcome.loaded
    assert outcome.chunk.state is ChunkState.DONE
    assert outcome.chunk.reject_object == "rejected/a"
    assert outcome.batch.state is BatchState.LOADING
    assert place.rows(PAIRS) == [("a", 1, 1, 1002, 1), ("b", None, 1, 1003, 1)]
    closing = load(store, batch, 0, [("c", 3)]).batch
    assert closing.state is BatchState.CLOSING
    assert (closing.rows_read, closing.rows_merged, closing.rows_rejected, closing.chunks_remaining) == (6, 3, 3, 0)


def test_a_chunk_delivered_again_changes_nothing(place: Place) -> None:
    store = place.store()
    batch = split_batch(store, PAIRS, 2)
    first = load(store, batch, 0, [("a", 1)])
    again = load(store, batch, 0, [("a", 99)], rejected=5)
    assert not again.loaded
    assert (again.batch, again.chunk) == (first.batch, first.chunk)
    assert place.values(PAIRS) == [("a", 1)]


def test_a_chunk_may_have_no_valid_row(place: Place) -> None:
    store = place.store()
    batch = split_batch(store, PAIRS, 2)
    assert load(store, batch, 0, [], rejected=2).chunk.rows_rejected == 2
    outcome = store.load_chunk(batch.id, 1, lambda in_hand, merge: ChunkResult(1, 1))
    assert outcome.batch.state is BatchState.CLOSING


def test_a_loader_gets_the_chunk_with_its_batch_and_contract(place: Place) -> None:
    store = place.store()
    batch = split_batch(store, EVERYTHING, 2)
    seen: list[ChunkInHand] = []

    def loader(in_hand: ChunkInHand, merge: Merge) -> ChunkResult:
        seen.append(in_hand)
        return ChunkResult(0, 0)

    store.load_chunk(batch.id, 1, loader)
    assert (seen[0].batch, seen[0].contract, seen[0].chunk.start_byte) == (batch, EVERYTHING, 1100)


@pytest.mark.parametrize("failure", [LookupError("the object is gone"), KeyboardInterrupt("the object is gone")])
def test_a_loader_that_fails_leaves_nothing_behind(place: Place, failure: BaseException) -> None:
    store = place.store()
    batch = split_batch(store, PAIRS, 1)

    def loader(in_hand: ChunkInHand, merge: Merge) -> ChunkResult:
        merge([(2, ("a", 1))])
        raise failure

    with pytest.raises(type(failure), match="the object is gone"):
        store.load_chunk(batch.id, 0, loader)
    assert place.rows(PAIRS) == []
    assert store.chunks(batch.id)[0].state is ChunkState.PENDING
    assert load(store, batch, 0, [("a", 2)]).batch.state is BatchState.CLOSING


def test_rows_that_fail_while_they_are_read_leave_nothing_behind(place: Place) -> None:
    store = place.store()
    batch = split_batch(store, PAIRS, 1)

    def rows() -> Iterator[Row]:
        yield 2, ("a", 1)
        raise LookupError("the stream broke")

    with pytest.raises(LookupError, match="the stream broke"):
        store.load_chunk(batch.id, 0, lambda in_hand, merge: ChunkResult(merge(rows()), 0))
    assert place.rows(PAIRS) == []


def test_counts_that_do_not_add_up_are_not_committed(place: Place) -> None:
    store = place.store()
    batch = split_batch(store, PAIRS, 1)
    with pytest.raises(StoreError, match="of 3 rows read 1 were merged and 1 rejected"):
        store.load_chunk(batch.id, 0, lambda in_hand, merge: ChunkResult(merge([(2, ("a", 1))]) + 2, 1))
    assert place.rows(PAIRS) == []


def test_rows_are_merged_by_one_call(place: Place) -> None:
    store = place.store()
    batch = split_batch(store, PAIRS, 1)
    with pytest.raises(RuntimeError, match="merged by one call"):
        store.load_chunk(batch.id, 0, lambda in_hand, merge: ChunkResult(merge([]) + merge([]), 0))


def test_an_unknown_chunk_is_an_error_that_says_so(place: Place) -> None:
    store = place.store()
    batch = split_batch(store, PAIRS, 1)
    with pytest.raises(LedgerError, match="there is no chunk 1 of a batch"):
        load(store, batch, 1, [])


# Giving up, and taking up again


def test_a_batch_with_a_dead_chunk_is_incomplete_until_that_is_loaded(place: Place) -> None:
    store = place.store()
    batch = split_batch(store, PAIRS, 2)
    assert store.mark_dead(batch.id, 0, "DeadlineExceeded").state is BatchState.INCOMPLETE
    assert load(store, batch, 1, []).batch.state is BatchState.INCOMPLETE
    assert [(chunk.state, chunk.reason) for chunk in store.chunks(batch.id)] == [
        (ChunkState.DEAD, "DeadlineExceeded"),
        (ChunkState.DONE, None),
    ]
    assert store.chunks_to_send(batch, DAY) == store.batches_to_send("bucket", DAY) == []
    with pytest.raises(LedgerError, match="is not ready to be closed: it is incomplete"):
        store.close(batch.id)


def test_a_redriven_chunk_is_sent_and_loaded(place: Place) -> None:
    store = place.store()
    batch = split_batch(store, PAIRS, 2)
    store.mark_dead(batch.id, 0, "x")
    assert store.redrive(batch.id) == 1
    assert store.batch(batch.id).state is BatchState.LOADING
    assert [task.chunk.chunk_number for task in store.chunks_to_send(batch, DAY)] == [0, 1]
    load(store, batch, 1, [])
    assert load(store, batch, 0, []).batch.state is BatchState.CLOSING


def test_a_dead_chunk_that_is_delivered_after_all_is_loaded(place: Place) -> None:
    store = place.store()
    batch = split_batch(store, PAIRS, 2)
    store.mark_dead(batch.id, 0, "x")
    outcome = load(store, batch, 0, [("a", 1)])
    assert (outcome.chunk.state, outcome.chunk.reason) == (ChunkState.DONE, None)
    assert outcome.batch.state is BatchState.LOADING


def test_a_done_chunk_does_not_die(place: Place) -> None:
    store = place.store()
    batch = split_batch(store, PAIRS, 1)
    load(store, batch, 0, [])
    assert store.mark_dead(batch.id, 0, "late").state is BatchState.CLOSING


@pytest.mark.parametrize("chunks", [0, 1])
def test_redriving_without_dead_chunks_changes_nothing(place: Place, chunks: int) -> None:
    store = place.store()
    registered = store.register(new_batch(PAIRS, "registered")).batch
    batch = split_batch(store, PAIRS, chunks)
    assert store.redrive(registered.id) == store.redrive(batch.id) == 0
    assert store.batch(registered.id) == registered
    assert store.batch(batch.id) == batch


# Closing


def test_a_batch_is_closed_once(place: Place) -> None:
    store = place.store()
    batch = load_whole(store, PAIRS, [("a", 1)])
    assert store.batches(BatchState.CLOSING) == [batch]
    closed = store.close(batch.id)
    assert closed.state is BatchState.CLOSED
    assert closed.closed_at is not None
    assert store.close(batch.id) == closed


def test_batches_are_listed_by_state_and_by_age(place: Place) -> None:
    store = place.store()
    first, second, third = (store.register(new_batch(PAIRS, version)).batch for version in "abc")
    store.refuse(second.id, "x")
    assert store.batches(BatchState.REGISTERED, BatchState.SPLITTING) == [first, third]
    assert [batch.id for batch in store.latest_batches(2)] == [third.id, second.id]
    assert [batch.id for batch in store.latest_batches(2, BatchState.REGISTERED)] == [third.id, first.id]


# Replaying


def test_a_replayed_batch_restores_its_own_rows_and_leaves_those_of_later_batches(place: Place) -> None:
    store = place.store()
    batch = load_whole(store, PAIRS, [("a", 1), ("b", 1)])
    load_whole(store, PAIRS, [("b", 2)], version="2")
    place.run(f"UPDATE {place.quote('pairs')} SET {place.quote('amount')} = 99 WHERE {place.quote('name')} = 'a'")
    replayed = store.replay(batch.id)
    assert (replayed.state, replayed.load_attempt, replayed.chunks_remaining) == (BatchState.LOADING, 2, 1)
    assert (replayed.rows_read, replayed.rows_merged) == (0, 0)
    load(store, batch, 0, [("a", 1), ("b", 1)])
    assert place.rows(PAIRS) == [("a", 1, 1, 2, 2), ("b", 2, 2, 2, 1)]


def test_replaying_makes_every_chunk_pending_whatever_became_of_it(place: Place) -> None:
    store = place.store()
    batch = split_batch(store, PAIRS, 3)
    load(store, batch, 0, [("a", 1)], rejected=1)
    store.mark_dead(batch.id, 1, "x")
    store.mark_sent(batch.id, [2])
    store.replay(batch.id)
    assert {
        (chunk.state, chunk.reason, chunk.rows_read, chunk.reject_object, chunk.sent_at, chunk.done_at)
        for chunk in store.chunks(batch.id)
    } == {(ChunkState.PENDING, None, 0, None, None, None)}


def test_a_refused_batch_is_split_once_more_when_it_is_replayed(place: Place) -> None:
    store = place.store()
    batch = store.register(new_batch(None)).batch
    store.refuse(batch.id, "unknown dataset")
    replayed = store.replay(batch.id, contract=PAIRS)
    assert (replayed.state, replayed.reason, replayed.closed_at) == (BatchState.REGISTERED, None, None)
    assert store.contract(batch.id) == PAIRS


def test_an_empty_batch_that_is_replayed_is_ready_to_be_closed_again(place: Place) -> None:
    store = place.store()
    batch = store.close(split_batch(store, PAIRS, 0).id)
    assert store.replay(batch.id).state is BatchState.CLOSING


def test_a_replay_may_have_a_milder_contract_but_none_for_other_chunks_or_keys(place: Place) -> None:
    store = place.store()
    batch = load_whole(store, PAIRS, [("a", 1)])
    milder = Contract(dataset="pairs", table="pairs", key=("name",), columns=PAIRS.columns, accept_extra_columns=True)
    store.replay(batch.id, contract=milder)
    assert store.contract(batch.id) == milder
    with pytest.raises(LedgerError, match="another dataset"):
        store.replay(batch.id, contract=KEYS)
    semicolons = Contract(dataset="pairs", table="pairs", key=("name",), columns=PAIRS.columns, delimiter=";")
    with pytest.raises(LedgerError, match="another dialect"):
        store.replay(batch.id, contract=semicolons)
    assert store.batch(batch.id).load_attempt == 2


def test_a_replay_may_name_a_newly_unpacked_object(place: Place) -> None:
    store = place.store()
    batch = load_whole(store, PAIRS, [("a", 1)])
    unpacked = ObjectVersion("work/b/data.csv", "9")
    assert store.replay(batch.id, unpacked=unpacked).source == unpacked


# Leases


def test_a_lease_has_one_owner_until_it_ends(place: Place) -> None:
    clock = Clock()
    store = place.store(clock=clock)
    minute = timedelta(minutes=1)
    assert store.acquire_lease("processor", "a", minute)
    assert not store.acquire_lease("processor", "b", minute)
    assert store.acquire_lease("another", "b", minute)
    clock.now += timedelta(seconds=59)
    assert store.acquire_lease("processor", "a", minute), "its owner may renew it"
    clock.now += timedelta(seconds=59)
    assert not store.acquire_lease("processor", "b", minute)
    clock.now += timedelta(seconds=1)
    assert store.acquire_lease("processor", "b", minute)
    assert not store.acquire_lease("processor", "a", minute)


def test_a_lease_is_given_back_by_its_owner_only(place: Place) -> None:
    store = place.store()
    store.acquire_lease("processor", "a", DAY)
    store.release_lease("processor", "b")
    assert not store.acquire_lease("processor", "b", DAY)
    store.release_lease("processor", "a")
    assert store.acquire_lease("processor", "b", DAY)


# A store is only a connection


def test_a_store_opens_its_connection_again_after_it_was_given_up(place: Place) -> None:
    store = place.store()
    batch = store.register(new_batch(PAIRS)).batch
    store.close_connection()
    store.close_connection()
    assert store.batch(batch.id) == batch


def test_another_store_sees_what_was_committed(place: Place) -> None:
    batch = split_batch(place.store(), PAIRS, 1)
    place.store().load_chunk(batch.id, 0, loader_of([("a", 1)]))
    assert place.store().batch(batch.id).state is BatchState.CLOSING
