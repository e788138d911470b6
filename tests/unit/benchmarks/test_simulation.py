"""The simulation gives what can be reckoned by hand, where it can be."""

import pytest

from benchmarks.support.simulation import Platform, Work, simulate

MB = 1024 * 1024
# Ten chunks of 100,000 rows.
WORK = Work(rows=1_000_000, row_bytes=8 * MB / 100_000, files=1)
FAST_SPLIT = 1e15


def platform(**values: float) -> Platform:
    plain = {
        "handler_seconds": 10.0,
        "database_seconds": 5.0,
        "database_cores": 8,
        "concurrency": 1,
        "split_bytes_a_second": FAST_SPLIT,
        "seconds_a_message": 0.0,
    }
    return Platform(**plain | values)  # type: ignore[arg-type]


def test_one_handler_takes_its_own_time_while_the_database_keeps_up() -> None:
    outcome = simulate(WORK, platform())
    assert outcome.seconds == pytest.approx(10)
    assert outcome.handler_seconds == pytest.approx(10)
    assert (outcome.messages, outcome.handlers) == (10, 1)
    assert outcome.database_busy == pytest.approx(5 / 10 / 8)


def test_a_slow_database_sets_the_pace() -> None:
    outcome = simulate(WORK, platform(database_seconds=40, database_cores=1, concurrency=5))
    assert outcome.seconds == pytest.approx(40)
    assert outcome.database_busy == pytest.approx(1)


def test_five_handlers_are_five_times_as_fast() -> None:
    assert simulate(WORK, platform(concurrency=5)).seconds == pytest.approx(2)


def test_half_a_processor_takes_twice_as_long() -> None:
    assert simulate(WORK, platform(share=0.5)).seconds == pytest.approx(20)


def test_nothing_is_sent_before_a_file_is_read_to_its_end() -> None:
    outcome = simulate(WORK, platform(split_bytes_a_second=8 * MB))
    assert outcome.seconds == pytest.approx(10 + 10)
    assert outcome.waiting >= 9


def test_two_processors_split_two_files_at_once() -> None:
    work = Work(rows=2_000_000, row_bytes=WORK.row_bytes, files=2)
    both = simulate(work, platform(split_bytes_a_second=8 * MB, concurrency=100, first=100, processors=2))
    one = simulate(work, platform(split_bytes_a_second=8 * MB, concurrency=100, first=100, processors=1))
    assert one.seconds - both.seconds == pytest.approx(10, abs=1)


def test_handlers_are_added_no_faster_than_aws_adds_them() -> None:
    work = Work(rows=100_000_000, row_bytes=WORK.row_bytes, files=1)
    outcome = simulate(work, platform(concurrency=1000, handler_seconds=100, database_cores=1000))
    # A chunk takes 10 s; 5 handlers at first, and 5 more each second.
    assert 5 < outcome.handlers <= 5 + 5 * outcome.seconds + 1
    assert outcome.handler_seconds == pytest.approx(100 * 100)


def test_every_message_costs_what_it_costs() -> None:
    assert simulate(WORK, platform(seconds_a_message=0.5)).seconds == pytest.approx(10 + 10 * 0.5)


def test_on_one_machine_everything_shares_its_processors() -> None:
    work = Work(rows=10_000_000, row_bytes=WORK.row_bytes, files=10)
    outcome = simulate(work, platform(concurrency=4, machine_cores=2, database_cores=4))
    assert outcome.seconds == pytest.approx(10 * (10 + 5) / 2, rel=0.03)


def test_one_handler_cannot_use_more_than_itself_and_its_database() -> None:
    outcome = simulate(WORK, platform(machine_cores=64))
    assert outcome.seconds == pytest.approx(10, rel=0.02)
