"""The ledger's failures and expected datasets, in every kind of database."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import get_args

import pytest

from csvbatch.local.files import LocalFiles
from csvbatch.store import Batch, BatchState, NewBatch, ObjectVersion, RetryableError, Store, Timeouts
from csvbatch.store.tables import DATASET_CHARACTERS, OBJECT_NAME_BYTES
from tests.integration.store.contracts import PAIRS
from tests.integration.store.faults import Faults, How, When
from tests.integration.store.loading import load_whole, new_batch, ranges, split_batch
from tests.integration.store.places import Place
from tests.support.mortal import Killed
from tests.support.pipeline import Pipeline

UNSPLIT = (BatchState.REGISTERED, BatchState.SPLITTING)


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 25, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def test_a_failure_is_counted_and_lets_a_batch_wait_again(place: Place) -> None:
    store = place.store()
    batch = store.register(new_batch(PAIRS)).batch
    assert (batch.failures, batch.failure) == (0, None)
    store.begin_split(batch.id)
    after = store.record_failure(batch, "InvalidObjectState", UNSPLIT, counted=True)
    assert (after.state, after.failures, after.failure) == (BatchState.REGISTERED, 1, "InvalidObjectState")
    after = store.record_failure(after, "SlowDown", UNSPLIT, counted=False)
    assert (after.failures, after.failure) == (1, "SlowDown")
    after = store.record_failure(after, "x" * 500, UNSPLIT, counted=True)
    assert (after.failures, after.failure) == (2, "x" * 100)


def test_a_failure_that_is_recorded_again_counts_once_or_not_at_all(place: Place) -> None:
    store = place.store()
    batch = store.register(new_batch(PAIRS)).batch
    for counted in (True, True, False, False, True):
        assert store.record_failure(batch, "x", UNSPLIT, counted=counted).failures == int(counted)


def wait_until_unlocked(store: Store, batch: Batch) -> None:
    """Wait until the server has noticed that a killed connection is gone, and has released its locks."""
    sql = "SELECT id FROM csvbatch_batch WHERE id = :id"
    store._run("test", lambda transaction: transaction.locked_rows(sql, id=batch.id))


@pytest.mark.parametrize("when", get_args(When.__value__))
@pytest.mark.parametrize("how", ["lost", "killed"])
def test_a_failure_counts_once_wherever_recording_it_ends(place: Place, how: How, when: When) -> None:
    for at in count(1):
        place.empty()
        store, faults = place.store(), Faults(at, when, how)
        batch = store.begin_split(store.register(new_batch(PAIRS)).batch.id)
        with suppress(RetryableError, Killed):
            place.store(faults=faults).record_failure(batch, "InvalidObjectState", UNSPLIT, counted=True)
        now = store.batch(batch.id)
        assert (now.state, now.failures) in ((BatchState.SPLITTING, 0), (BatchState.REGISTERED, 1))
        wait_until_unlocked(store, batch)
        again = store.record_failure(batch, "InvalidObjectState", UNSPLIT, counted=True)
        assert (again.state, again.failures, again.failure) == (BatchState.REGISTERED, 1, "InvalidObjectState")
        if not faults.fired:
            assert at > 3
            return


def test_a_failure_of_a_batch_that_moved_on_is_not_noted(place: Place) -> None:
    store = place.store()
    batch = split_batch(store, PAIRS, 1)
    assert store.record_failure(batch, "late", UNSPLIT, counted=True) == batch
    refused = store.refuse(store.register(new_batch(PAIRS, "2")).batch.id, "empty")
    assert store.record_failure(refused, "late", UNSPLIT, counted=True) == refused


@pytest.mark.parametrize("how", ["split", "closed", "cleared", "replayed"])
def test_a_success_forgets_the_failures(place: Place, how: str) -> None:
    store = place.store()
    if how == "split":
        batch = store.register(new_batch(PAIRS)).batch
        store.record_failure(batch, "x", UNSPLIT, counted=True)
        store.record_chunks(batch.id, ranges(1))
    else:
        batch = load_whole(store, PAIRS, [("a", 1)])
        store.record_failure(batch, "x", (BatchState.CLOSING,), counted=True)
        if how == "closed":
            store.close(batch.id)
        elif how == "cleared":
            store.clear_failure(batch.id)
        else:
            store.replay(batch.id)
    after = store.batch(batch.id)
    assert (after.failures, after.failure) == (0, None)


def test_a_replay_is_when_the_work_on_a_batch_begins_again(place: Place) -> None:
    clock = Clock()
    store = place.store(clock=clock)
    batch = load_whole(store, PAIRS, [("a", 1)])
    assert batch.open_since == batch.registered_at
    clock.now += timedelta(days=3)
    assert store.replay(batch.id).open_since == store.now() == clock.now
    assert store.batch(batch.id).registered_at == batch.registered_at


def test_a_failure_is_not_waited_with_for_a_row_that_somebody_holds(shared_place: Place) -> None:
    store = shared_place.store()
    batch = store.register(new_batch(PAIRS)).batch
    holder = shared_place.store()

    def hold(transaction: object) -> None:
        transaction.locked_rows("SELECT id FROM csvbatch_batch WHERE id = :id", id=batch.id)  # type: ignore[attr-defined]
        other = shared_place.store(timeouts=Timeouts(lock=1))
        assert other.record_failure(batch, "x", UNSPLIT, counted=True).failure is None
        other.clear_failure(batch.id)

    holder._run("test", hold)


def test_a_dataset_is_overdue_when_its_last_file_is_older_than_expected(place: Place) -> None:
    clock = Clock()
    store = place.store(clock=clock)
    store.expect_files("bucket", {"pairs": 24})
    store.register(new_batch(PAIRS))
    last = clock.now
    clock.now += timedelta(hours=24)
    assert store.overdue_datasets("bucket") == []
    clock.now += timedelta(seconds=1)
    (overdue,) = store.overdue_datasets("bucket")
    assert (overdue.bucket, overdue.dataset, overdue.expected_every_hours) == ("bucket", "pairs", 24)
    assert overdue.last_registered_at == last
    store.register(new_batch(PAIRS, "2"))
    assert store.overdue_datasets("bucket") == []


def test_a_dataset_that_never_had_a_file_is_expected_from_its_first_day_on(place: Place) -> None:
    clock = Clock()
    store = place.store(clock=clock)
    store.register(new_batch(PAIRS))
    clock.now += timedelta(days=300)
    for _ in range(3):
        store.expect_files("bucket", {"pairs": 9000, "new": 24})
        assert store.overdue_datasets() == [], "the platform is old, the dataset is new"
        clock.now += timedelta(hours=8)
    clock.now += timedelta(seconds=1)
    store.expect_files("bucket", {"pairs": 9000, "new": 24})
    (overdue,) = store.overdue_datasets()
    assert (overdue.dataset, overdue.last_registered_at) == ("new", None)


def test_a_dataset_whose_contract_expects_nothing_any_more_is_never_overdue(place: Place) -> None:
    clock = Clock()
    store = place.store(clock=clock)
    store.expect_files("bucket", {"pairs": 1})
    store.expect_files("bucket", {})
    clock.now += timedelta(days=1)
    assert store.overdue_datasets() == []
    store.expect_files("bucket", {"pairs": 1})
    assert store.overdue_datasets() == [], "it is expected from now on"
    clock.now += timedelta(hours=2)
    assert len(store.overdue_datasets()) == 1
    store.expect_files("bucket", {"pairs": 3})
    assert store.overdue_datasets() == []


def test_another_bucket_s_files_and_datasets_are_another_s(place: Place) -> None:
    clock = Clock()
    store = place.store(clock=clock)
    store.expect_files("bucket", {"pairs": 1})
    store.expect_files("b" * 63, {"d" * 63: 1})
    clock.now += timedelta(hours=2)
    store.register(NewBatch("pairs", "b" * 63, ObjectVersion("incoming/pairs/a.csv", "1"), 1, PAIRS))
    assert [one.dataset for one in store.overdue_datasets("bucket")] == ["pairs"]
    assert [one.dataset for one in store.overdue_datasets()] == ["d" * 63, "pairs"]


def test_a_lease_may_name_the_longest_bucket(place: Place) -> None:
    assert place.store().acquire_lease(f"batch-processor/{'b' * 63}", "a", timedelta(minutes=1))


def test_the_longest_names_that_are_let_in_fit_every_ledger(place: Place) -> None:
    longest = ObjectVersion("incoming/d/" + "ü" * 506 + "x", "v" * OBJECT_NAME_BYTES)
    assert len(longest.key.encode()) == OBJECT_NAME_BYTES
    store = place.store()
    batch = store.register(NewBatch("d" * DATASET_CHARACTERS, "b" * 63, longest, 5 * 10**13, None)).batch
    assert store.batch(batch.id) == batch
    assert store.known_versions("b" * 63, [longest.key]) == {longest}
    store.record_sweep("b" * 63, longest.key)
    assert store.swept_to("b" * 63) == longest.key


def test_a_folder_with_too_long_a_name_does_not_stop_a_run(place: Place, tmp_path: Path) -> None:
    pipeline = Pipeline(place.store(), LocalFiles(tmp_path, {}), {PAIRS.dataset: PAIRS})
    pipeline.drop("a.csv", b"name,amount\n", "ü" * 64)
    pipeline.drop("b.csv", b"name,amount\na,1\n", PAIRS.dataset)
    pipeline.load_all()
    assert place.values(PAIRS) == [("a", 1)]
    refused, closed = sorted(pipeline.store.latest_batches(2), key=lambda one: one.load_sequence)
    assert (refused.state, refused.reason, refused.dataset) == (BatchState.REFUSED, "unknown_dataset", "ü" * 63)
    assert closed.state is BatchState.CLOSED
