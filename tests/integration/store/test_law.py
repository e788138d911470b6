"""The law: whatever becomes of the deliveries, the table is that of one sequential pass over the batches."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from csvbatch.store import Batch, BatchState, Store
from tests.integration.store.contracts import PAIRS
from tests.integration.store.faults import Faults
from tests.integration.store.loading import CHUNK_LINES, deliver, split_batch
from tests.integration.store.places import Place

type Chunks = tuple[tuple[tuple[str, int | None], ...], ...]
"""The rows of each chunk of a batch."""


@dataclass(frozen=True)
class Deliver:
    """A message arrives: which batch and chunk it is for, and what goes wrong this time."""

    batch: int
    chunk: int
    faults: Faults | None = None


@dataclass(frozen=True)
class Act:
    """Somebody gives a chunk up, sends dead ones again, or replays the batch."""

    what: str
    batch: int
    chunk: int


type Event = Deliver | Act

rows = st.tuples(st.sampled_from("abcd"), st.none() | st.integers(0, 9))
chunks = st.lists(st.lists(rows, max_size=4).map(tuple), min_size=1, max_size=3).map(tuple)
several_batches = st.lists(chunks, min_size=1, max_size=3).map(tuple)
faults = st.builds(
    Faults,
    at=st.integers(1, 20),
    when=st.sampled_from(["before", "after"]),
    how=st.sampled_from(["lost", "killed"]),
)


def indexes(several: Sequence[Chunks]) -> list[tuple[int, int]]:
    return [(batch, chunk) for batch, each in enumerate(several) for chunk in range(len(each))]


@st.composite
def stories(draw: st.DrawFn) -> tuple[tuple[Chunks, ...], list[Event]]:
    """Make batches with keys in common, and a course of events in which each chunk is delivered once at least."""
    several = draw(several_batches)
    which = st.sampled_from(indexes(several))
    deliveries = st.builds(lambda where, fault: Deliver(where[0], where[1], fault), which, st.none() | faults)
    acts = st.builds(lambda what, where: Act(what, *where), st.sampled_from(["die", "redrive", "replay"]), which)
    before = draw(st.lists(deliveries | acts, max_size=8))
    last = draw(st.permutations(indexes(several)))
    return several, [*before, *(Deliver(*where) for where in last)]


def sequential_pass(several: Sequence[Chunks], attempts: Sequence[int]) -> list[tuple[Any, ...]]:
    """Give the table's rows as the law has them."""
    table = {}
    for sequence, (each, attempt) in enumerate(zip(several, attempts, strict=True), start=1):
        for number, of_chunk in enumerate(each):
            for ordinal, (name, amount) in enumerate(of_chunk):
                table[name] = (name, amount, sequence, 2 + number * CHUNK_LINES + ordinal, attempt)
    return sorted(table.values())


def tell(place: Place, several: Sequence[Chunks], events: Sequence[Event]) -> list[int]:
    """Let the events happen; give each batch's attempt after them."""
    store = place.store()
    batches = [split_batch(store, PAIRS, len(each), str(index)) for index, each in enumerate(several)]
    for event in events:
        batch = batches[event.batch]
        if isinstance(event, Deliver):
            of_chunk = several[event.batch][event.chunk]
            through = place.store(faults=event.faults) if event.faults else store
            deliver(through, batch, event.chunk, of_chunk, rejected=event.chunk)
        else:
            act(store, batch, event)
    return [store.batch(batch.id).load_attempt for batch in batches]


def act(store: Store, batch: Batch, event: Act) -> None:
    match event.what:
        case "die":
            store.mark_dead(batch.id, event.chunk, "gave up")
        case "redrive":
            store.redrive(batch.id)
        case "replay":
            store.replay(batch.id)


@given(story=stories())
def test_the_table_and_the_counts_are_those_of_a_sequential_pass(
    any_place: Place, story: tuple[tuple[Chunks, ...], list[Event]]
) -> None:
    several, events = story
    place = any_place
    place.empty()
    attempts = tell(place, several, events)
    assert place.rows(PAIRS) == sequential_pass(several, attempts)
    store = place.store()
    for batch, each in zip(store.batches(BatchState.CLOSING), several, strict=True):
        merged = sum(map(len, each))
        rejected = sum(range(len(each)))
        assert (batch.rows_read, batch.rows_merged, batch.rows_rejected) == (merged + rejected, merged, rejected)
        done = store.chunks(batch.id)
        assert [chunk.rows_merged for chunk in done] == [len(of_chunk) for of_chunk in each]
        repeated = merged - len({name for of_chunk in each for name, _ in of_chunk})
        assert batch.rows_superseded <= repeated <= batch.rows_superseded + batch.rows_stale
