"""A handler stops in order when its time runs out, however long the rows of its chunk are."""

from collections.abc import Iterator
from itertools import chain, repeat

import pytest

from csvbatch.pipeline.delivery import Delivery, deliver
from csvbatch.pipeline.ports import Deadline, OutOfTimeError
from csvbatch.store import ChunkState
from tests.support.pipeline import Pipeline, names_in_table


def running_out_after(looks: int) -> Deadline:
    """Give a deadline that is far away the first times that the clock is looked at, and over then."""
    seconds: Iterator[float] = chain(repeat(1000.0, looks), repeat(0.0))
    return Deadline(lambda: next(seconds))


@pytest.mark.parametrize(("rows", "characters"), [(40, 50_000), (3, 700_000), (3000, 700)])
def test_the_clock_is_looked_at_by_what_is_read_and_not_by_rows_alone(
    pipeline: Pipeline, rows: int, characters: int
) -> None:
    pipeline.chunk_bytes = 100_000_000
    contract = pipeline.contracts["recipients"]
    line = ",".join("x" * characters if index == 1 else "x" for index in range(len(contract.headers)))
    pipeline.drop("a.csv", (",".join(contract.headers) + "\n" + (line + "\n") * rows).encode())
    pipeline.process()
    (message,) = pipeline.queue.waiting
    with pytest.raises(OutOfTimeError):
        deliver(pipeline.store, pipeline.files, Delivery(message.dumps(), is_last=False), running_out_after(4))
    assert names_in_table(pipeline) == {}
    assert pipeline.store.chunks(message.batch)[0].state is ChunkState.SENT


def test_some_of_the_margin_is_left_for_the_database_when_reading_stops() -> None:
    """A chunk that is given up is marked as dead in what is left."""
    deadline = Deadline(lambda: 9.0, margin=10)
    with pytest.raises(OutOfTimeError):
        deadline.check()
    assert 0 < deadline.for_database() < 9.0
