"""Rows that give way to another row of their own file with the same key are counted, over every database."""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Barrier
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csvbatch.store import Batch, ChunkInHand, ChunkResult, Merge, Store
from csvbatch.store.oracle.merge import ARRAY_ROWS, STALE_KEYS
from csvbatch.store.postgresql.merge import SAMPLE_ROWS
from tests.integration.store.contracts import EVERYTHING, PAIRS, everything
from tests.integration.store.loading import load, split_batch
from tests.integration.store.places import Place
from tests.integration.store.test_concurrency import SECONDS, in_rows, together

type Chunks = Sequence[Sequence[tuple[Any, ...]]]


def counts(batch: Batch) -> tuple[int, int, int]:
    return batch.rows_merged, batch.rows_superseded, batch.rows_stale


def load_all(store: Store, chunks: Chunks, order: Sequence[int], version: str = "1") -> Batch:
    batch = split_batch(store, PAIRS, len(chunks), version)
    for number in order:
        load(store, batch, number, chunks[number])
    return store.batch(batch.id)


def repeated(chunks: Chunks) -> int:
    """Valid rows of the file, less one for each key."""
    return sum(map(len, chunks)) - len({row[0] for chunk in chunks for row in chunk})


def test_of_three_rows_with_one_key_two_are_superseded(place: Place) -> None:
    store = place.store()
    batch = load_all(store, [[("a", 1), ("a", 2), ("a", 3)]], [0])
    assert counts(batch) == (3, 2, 0)
    assert store.chunks(batch.id)[0].rows_superseded == 2
    assert place.values(PAIRS) == [("a", 3)]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (1, 0, 2)])
def test_rows_of_different_chunks_count_in_whatever_order_they_are_loaded(place: Place, order: Sequence[int]) -> None:
    chunks = [[("a", 1), ("b", 1)], [("c", 2), ("a", 2), ("a", 3)], [("a", 4), ("c", 4)]]
    batch = load_all(place.store(), chunks, order)
    assert counts(batch) == (7, 4, 0)
    assert place.values(PAIRS) == [("a", 4), ("b", 1), ("c", 4)]


def test_rows_over_those_of_an_earlier_file_are_not_superseded(place: Place) -> None:
    store = place.store()
    load_all(store, [[("a", 1), ("b", 1)]], [0], "1")
    assert counts(load_all(store, [[("a", 2), ("b", 2), ("a", 3)]], [0], "2")) == (3, 1, 0)


def test_rows_that_come_after_a_later_files_are_counted_as_stale(place: Place) -> None:
    """Their own file may have had the key too, which nothing tells any more."""
    store = place.store()
    early = split_batch(store, PAIRS, 2, "early")
    load_all(store, [[("a", 9), ("b", 9)]], [0], "late")
    load(store, early, 0, [("a", 1), ("a", 2), ("c", 1)])
    load(store, early, 1, [("a", 3), ("b", 3), ("c", 3)])
    assert counts(store.batch(early.id)) == (6, 1, 4)
    assert place.values(PAIRS) == [("a", 9), ("b", 9), ("c", 3)]


@pytest.mark.parametrize("first", [(0, 1, 2), (2, 0), (1,), ()])
@pytest.mark.parametrize("again", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_a_replay_counts_as_the_first_attempt_did(place: Place, first: Sequence[int], again: Sequence[int]) -> None:
    chunks = [[("a", 1), ("b", 1)], [("a", 2), ("a", 3)], [("a", 4), ("b", 4)]]
    store = place.store()
    batch = load_all(store, chunks, first)
    store.replay(batch.id)
    for number in again:
        load(store, batch, number, chunks[number])
    assert counts(store.batch(batch.id)) == (6, 4, 0)
    assert place.values(PAIRS) == [("a", 4), ("b", 4)]


def test_a_replay_forgets_what_was_counted_before(place: Place) -> None:
    store = place.store()
    batch = load_all(store, [[("a", 1), ("a", 2)]], [0])
    assert counts(store.replay(batch.id)) == (0, 0, 0)
    assert store.chunks(batch.id)[0].rows_superseded == 0


def test_a_row_without_a_position_supersedes_nothing(place: Place) -> None:
    columns = ", ".join(map(place.quote, ("name", "amount")))
    place.run(f"INSERT INTO {place.quote('pairs')} ({columns}) VALUES ('a', 99)")
    assert counts(load_all(place.store(), [[("a", 1)], [("a", 2)]], [1, 0])) == (2, 1, 0)


def test_keys_of_several_columns_and_types_count(place: Place) -> None:
    store = place.store()
    batch = split_batch(store, EVERYTHING, 2)
    load(store, batch, 0, [everything("a", 1), everything("a", 2), everything("b", 1), everything("a", 2)])
    load(store, batch, 1, [everything("a", 1), everything("c", 1)])
    assert counts(store.batch(batch.id)) == (6, 2, 0)
    late = split_batch(store, EVERYTHING, 1, "late")
    load(store, late, 0, [everything("a", 1), everything("a", 2)])
    store.replay(batch.id)
    load(store, batch, 0, [everything("a", 1), everything("a", 2), everything("b", 1), everything("a", 2)])
    load(store, batch, 1, [everything("a", 1), everything("c", 1)])
    assert counts(store.batch(batch.id)) == (6, 0, 4)


def test_more_rows_than_a_statement_takes_are_counted(place: Place) -> None:
    """Arrays, samples and lists of keys end somewhere; counts go on."""
    keys = [f"{number:05}" for number in range(ARRAY_ROWS + SAMPLE_ROWS + STALE_KEYS + 1)]
    chunks = [[(key, 1) for key in keys], [(key, 2) for key in (*keys, *keys)]]
    store = place.store()
    batch = load_all(store, chunks, [1, 0])
    assert counts(batch) == (3 * len(keys), 2 * len(keys), 0)
    assert place.values(PAIRS) == [(key, 2) for key in keys]
    load_all(store, [[(key, 3) for key in keys[:-1]]], [0], "late")
    store.replay(batch.id)
    load(store, batch, 0, chunks[0])
    load(store, batch, 1, chunks[1])
    assert counts(store.batch(batch.id)) == (3 * len(keys), 2, 3 * len(keys) - 3)


@dataclass(frozen=True)
class Story:
    """A file in chunks, how often each is delivered and when, and after how many deliveries it is replayed."""

    chunks: Chunks
    order: Sequence[int]
    replayed_after: int | None
    earlier: Sequence[tuple[str, int]]


@st.composite
def stories(draw: st.DrawFn) -> Story:
    rows = draw(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 9)), max_size=30))
    chunks: list[list[tuple[str, int]]] = [[]]
    for row in rows:
        if draw(st.integers(0, 4)) == 0:
            chunks.append([])
        chunks[-1].append(row)
    numbers = st.sampled_from(range(len(chunks)))
    before = draw(st.lists(numbers, max_size=6))
    order = [*before, *draw(st.permutations(range(len(chunks))))]
    replayed_after = draw(st.none() | st.integers(0, len(before)))
    return Story(chunks, order, replayed_after, draw(st.lists(st.tuples(st.sampled_from("abc"), st.just(0)))))


@given(story=stories())
def test_superseded_is_rows_merged_less_one_for_each_key(any_place: Place, story: Story) -> None:
    any_place.empty()
    store = any_place.store()
    load_all(store, [story.earlier], [0], "earlier")
    batch = split_batch(store, PAIRS, len(story.chunks), "1")
    for delivered, number in enumerate(story.order):
        if delivered == story.replayed_after:
            store.replay(batch.id)
        load(store, batch, number, story.chunks[number])
    done = store.batch(batch.id)
    assert counts(done) == (sum(map(len, story.chunks)), repeated(story.chunks), 0)
    assert sum(chunk.rows_superseded for chunk in store.chunks(batch.id)) == done.rows_superseded


@pytest.mark.parametrize("known", [False, True], ids=["new keys", "known keys"])
def test_chunks_of_one_file_loaded_at_the_same_time_count_each_other(shared_place: Place, known: bool) -> None:
    """Both have the keys in hand before either of them commits, and neither sees the other's rows."""
    place = shared_place
    keys = [f"{number:02}" for number in range(50)]
    if known:
        load_all(place.store(), [[(key, 0) for key in keys]], [0], "0")
    batch = split_batch(place.store(), PAIRS, 2)
    meeting = Barrier(2)

    def work(number: int) -> None:
        tries = 0

        def loader(in_hand: ChunkInHand, merge: Merge) -> ChunkResult:
            nonlocal tries
            tries += 1
            meet = (lambda: meeting.wait(SECONDS)) if tries == 1 else (lambda: None)
            rows = in_rows([(key, number) for key in keys], len(keys) - 1, meet)
            before = in_hand.chunk.first_line - 2
            return ChunkResult(merge((before + line, values) for line, values in rows), 0)

        place.store().load_chunk(batch.id, number, loader)

    together(lambda: work(0), lambda: work(1))
    assert counts(place.store().batch(batch.id)) == (100, 50, 0)
    assert place.values(PAIRS) == [(key, 1) for key in keys]
