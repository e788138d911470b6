"""No wait for a database goes beyond the deadline of whoever asks."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore, Event

import pytest

from csvbatch.store import BatchState, BusyError, Credentials, StoreError, Timeouts, bounded, open_store
from csvbatch.store.bounded import MAXIMUM_ABANDONED, TooSlowError, within
from csvbatch.store.waits import IDLE_SECONDS, OutOfTimeError, Waits
from tests.support.silent import silent_listener

GIVEN = Credentials("loader", "made-up")
ADDRESSES = {
    "oracle": "oracle://127.0.0.1:{port}/service",
    "oracle over TLS": "oracle://127.0.0.1:{port}/service?protocol=tcps",
    "postgresql": "postgresql://127.0.0.1:{port}/database",
}


@contextmanager
def no_longer_than(seconds: float) -> Iterator[None]:
    start = time.monotonic()
    yield
    assert time.monotonic() - start < seconds


@pytest.mark.parametrize("address", ADDRESSES.values(), ids=ADDRESSES)
def test_a_listener_that_says_nothing_is_given_up(address: str) -> None:
    """The driver's own limit ends with the TCP handshake, which such a listener does complete."""
    with silent_listener() as port:
        store = open_store(address.format(port=port), GIVEN, timeouts=Timeouts(connect=1))
        with no_longer_than(10), pytest.raises(StoreError, match="check host, port"):
            store.batches(BatchState.CLOSED)


@pytest.mark.parametrize("address", ADDRESSES.values(), ids=ADDRESSES)
def test_a_listener_that_says_nothing_is_given_up_at_the_deadline(address: str) -> None:
    with silent_listener() as port:
        store = open_store(address.format(port=port), GIVEN, timeouts=Timeouts(connect=60))
        store.limit(ending_in(1.5))
        with no_longer_than(10), pytest.raises(StoreError):
            store.batches(BatchState.CLOSED)


@pytest.mark.parametrize("address", ADDRESSES.values(), ids=ADDRESSES)
def test_with_no_time_left_nothing_is_begun(address: str) -> None:
    store = open_store(address.format(port=1), GIVEN)
    store.limit(lambda: -5.0)
    with pytest.raises(BusyError, match=r"too little time is left to wait for the database .*\(OUT_OF_TIME\)"):
        store.batches(BatchState.CLOSED)


def ending_in(seconds: float) -> Callable[[], float]:
    end = time.monotonic() + seconds
    return lambda: end - time.monotonic()


def test_a_lock_on_a_sqlite_file_is_waited_for_until_the_deadline(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    holder, waiting = open_store(url), open_store(url)
    holder.migrate([])
    waiting.migrate([])

    def hold(_: object) -> None:
        waiting.limit(ending_in(1.5))
        with no_longer_than(10), pytest.raises(BusyError):
            waiting.release_lease("a", "b")

    holder._run("hold", hold)


# How long each wait is


def test_each_wait_is_as_long_as_its_timeout_where_there_is_time_enough() -> None:
    waits = Waits(Timeouts(connect=10, lock=60, statement=600))
    assert (waits.connect(), waits.lock(), waits.statement()) == (10, 60, 600)
    assert not waits.has_deadline


def test_no_wait_is_longer_than_what_is_left() -> None:
    waits = Waits(Timeouts(connect=10, lock=60, statement=600), lambda: 7.5)
    assert (waits.connect(), waits.lock(), waits.statement()) == (7.5, 7, 7.5)
    assert waits.ping() < 7.5


@pytest.mark.parametrize("left", [0.4, 0.0, -1.0])
def test_with_next_to_nothing_left_no_wait_is_begun_and_a_rollback_still_is(left: float) -> None:
    waits = Waits(Timeouts(), lambda: left)
    for wait in (waits.connect, waits.lock, waits.statement, waits.ping):
        with pytest.raises(OutOfTimeError):
            wait()
    assert waits.rollback() > 0


def test_a_connection_is_idle_by_the_clock_on_the_wall() -> None:
    """A Lambda that is frozen has another idea of how much time has gone by."""
    waits = Waits(Timeouts())
    assert not waits.is_idle()
    waits.used_at -= IDLE_SECONDS + 1
    assert waits.is_idle()
    waits.used()
    assert not waits.is_idle()


# Calls without a limit of their own


def test_a_bounded_call_gives_what_it_gives_and_raises_what_it_raises() -> None:
    assert within(10, lambda: 7, print) == 7
    with pytest.raises(LookupError, match="x"):
        within(10, lambda: {}["x"], print)


def test_what_comes_too_late_is_discarded() -> None:
    go_on, discarded = Event(), Event()
    with pytest.raises(TooSlowError):
        within(0.01, lambda: go_on.wait(60), lambda _: discarded.set())
    assert not discarded.is_set()
    go_on.set()
    assert discarded.wait(10)


def test_only_so_many_calls_are_left_behind_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    # The limit is one for the whole process, where an earlier test may have left a login to a silent server behind.
    monkeypatch.setattr(bounded, "_ABANDONED", BoundedSemaphore(MAXIMUM_ABANDONED))
    go_on = Event()
    discarded = [Event() for _ in range(MAXIMUM_ABANDONED)]
    try:
        for each in discarded:
            with pytest.raises(TooSlowError):
                within(0.01, lambda: go_on.wait(60), lambda _, each=each: each.set())
        with no_longer_than(5), pytest.raises(TooSlowError):
            within(60, lambda: go_on.wait(60), print)
    finally:
        go_on.set()
    assert all(each.wait(10) for each in discarded)
