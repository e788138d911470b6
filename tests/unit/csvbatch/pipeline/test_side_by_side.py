"""Several batch processors at once: each file is worked on by one of them, and none of them waits for another."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from csvbatch.pipeline.claims import Claims, claim_name
from csvbatch.pipeline.processing import Run
from csvbatch.pipeline.registration import Registration
from csvbatch.store import BatchState, ChunkResult, ObjectVersion
from csvbatch.store.batches import batch_id
from tests.support.pipeline import Pipeline, names_in_table, recipients, sequential_reading

HOUR = timedelta(hours=1)


def test_a_file_that_arrives_during_a_split_is_loaded_by_another_processor(
    pipeline: Pipeline, tmp_path: Path, while_reading: Callable[[str, Callable[[], None]], None]
) -> None:
    runs: list[Run] = []

    def a_small_file_arrives() -> None:
        pipeline.drop("small.csv", recipients(tmp_path, seed=2))
        runs.append(pipeline.process())
        pipeline.handle()

    pipeline.drop("huge.csv", recipients(tmp_path))
    while_reading("huge.csv", a_small_file_arrives)
    assert pipeline.process().split == 1
    (second,) = runs
    assert (second.registered, second.split, second.elsewhere, second.is_complete) == (1, 1, 1, True)
    pipeline.load_all()
    assert [batch.state for batch in pipeline.store.latest_batches(9)] == [BatchState.CLOSED] * 2
    assert [batch.splits for batch in pipeline.store.latest_batches(9)] == [1, 1]


def test_a_claimed_batch_is_left_alone_at_every_step(pipeline: Pipeline, tmp_path: Path) -> None:
    content = recipients(tmp_path)
    pipeline.drop("a.csv", content)
    identity = batch_id("local", ObjectVersion("incoming/recipients/a.csv", sha256(content).hexdigest()))

    def while_another_has_it() -> Run:
        assert pipeline.store.acquire_lease(claim_name(identity), "another", HOUR)
        run = pipeline.process()
        pipeline.store.release_lease(claim_name(identity), "another")
        return run

    assert while_another_has_it() == Run(registered=1, elsewhere=1, is_complete=True)
    assert pipeline.process().split == 1
    pipeline.queue.waiting.clear()
    pipeline.store.replay(identity)
    assert while_another_has_it() == Run(elsewhere=1, is_complete=True)
    assert pipeline.process().sent > 0
    for chunk in pipeline.store.chunks(identity):
        pipeline.store.load_chunk(identity, chunk.chunk_number, lambda in_hand, merge: ChunkResult(0, 0))
    assert pipeline.store.batch(identity).state is BatchState.CLOSING
    assert while_another_has_it() == Run(elsewhere=1, is_complete=True)
    assert pipeline.process().closed == 1


def test_the_claim_of_a_killed_processor_ends_with_its_time(pipeline: Pipeline, tmp_path: Path) -> None:
    pipeline.drop("a.csv", recipients(tmp_path))
    pipeline.process()
    batch = pipeline.only_batch()
    pipeline.queue.waiting.clear()
    pipeline.store.replay(batch.id)
    pipeline.store.acquire_lease(claim_name(batch.id), "killed", timedelta(0))
    assert pipeline.process().sent == batch.chunks_total


def test_no_claim_is_left_after_a_run(pipeline: Pipeline, tmp_path: Path) -> None:
    pipeline.drop("a.csv", recipients(tmp_path))
    pipeline.drop("b.csv", b"not,the,header\n1,2,3\n")
    pipeline.load_all()
    rows = pipeline.store._read("test", lambda one: one.rows("SELECT name FROM csvbatch_lease"))
    assert [name for (name,) in rows if name.startswith("batch/")] == []


def test_a_batch_that_another_processor_finished_meanwhile_is_left_alone(
    pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline.drop("a.csv", recipients(tmp_path))
    pipeline.process()
    registered = pipeline.only_batch()
    pipeline.handle()
    claims = Claims(pipeline.store, HOUR)
    taken: list[object] = []
    monkeypatch.setattr(pipeline.store, "acquire_lease", lambda *arguments: taken.append(arguments))
    with claims.claimed(registered, (BatchState.REGISTERED, BatchState.SPLITTING)) as mine:
        assert mine is None
    assert (claims.elsewhere, taken) == (set(), []), "no claim was taken for it"


def test_a_batch_that_is_finished_while_it_is_claimed_is_left_alone(
    pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline.drop("a.csv", recipients(tmp_path))
    processor = pipeline.processor()
    Registration(pipeline.store, pipeline.files, pipeline.contracts, processor.deadline, Counter()).register(())
    acquire = pipeline.store.acquire_lease

    def another_is_faster(name: str, owner: str, duration: timedelta) -> bool:
        monkeypatch.setattr(pipeline.store, "acquire_lease", acquire)
        pipeline.process()
        return acquire(name, owner, duration)

    monkeypatch.setattr(pipeline.store, "acquire_lease", another_is_faster)
    assert processor.run() == Run(is_complete=True)
    assert (pipeline.only_batch().splits, pipeline.only_batch().state) == (1, BatchState.LOADING)


def test_two_processors_register_what_both_have_listed_once(
    pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        pipeline.drop(f"{number}.csv", recipients(tmp_path, rows=3, seed=number))
    known = pipeline.store.known_versions
    entered: list[object] = []
    counted: list[int] = []

    def both_have_listed(bucket: str, keys: list[str]) -> set[ObjectVersion]:
        found = known(bucket, keys)
        if not entered:
            entered.append(None)
            counted.append(pipeline.process().registered)
        return found

    monkeypatch.setattr(pipeline.store, "known_versions", both_have_listed)
    counted.append(pipeline.process().registered)
    assert counted == [5, 0], "each file is counted by the processor that registered it"
    batches = pipeline.store.latest_batches(99)
    assert Counter(batch.object_key for batch in batches).most_common(1)[0][1] == 1
    assert sorted(batch.load_sequence for batch in batches) == [1, 2, 3, 4, 5]


def test_files_that_two_processors_are_denied_use_up_no_attempt(
    pipeline: Pipeline, tmp_path: Path, while_reading: Callable[[str, Callable[[], None]], None]
) -> None:
    def denied() -> None:
        error = RuntimeError()
        error.code = "AccessDenied"  # type: ignore[attr-defined]
        raise error

    pipeline.drop("a.csv", recipients(tmp_path))
    while_reading("a.csv", denied)
    pipeline.process()
    assert pipeline.only_batch().failures == 1
    pipeline.drop("b.csv", recipients(tmp_path, seed=2))
    (first,) = pipeline.store.batches(BatchState.REGISTERED)
    assert pipeline.store.acquire_lease(claim_name(first.id), "another", HOUR)
    while_reading("b.csv", denied)
    run = pipeline.process()
    assert (run.failed, run.elsewhere) == (1, 1)
    assert [batch.failures for batch in pipeline.store.latest_batches(9)] == [0, 1]


def test_an_event_registers_every_version_of_its_key_and_nothing_else(pipeline: Pipeline, tmp_path: Path) -> None:
    content = recipients(tmp_path)
    pipeline.drop("a.csv", content)
    pipeline.drop("a.csv.gz", content)
    pipeline.drop("b.csv", content)
    processor = pipeline.processor()
    processor.keys = ("incoming/recipients/a.csv",)
    assert processor.run().registered == 1
    assert pipeline.only_batch().object_key == "incoming/recipients/a.csv"
    expected, good, _ = sequential_reading(content, pipeline.contracts["recipients"])
    pipeline.handle()
    assert pipeline.only_batch().rows_merged == good
    assert names_in_table(pipeline) == expected


def test_an_event_about_a_key_that_is_not_listed_leads_to_a_sweep(pipeline: Pipeline, tmp_path: Path) -> None:
    pipeline.drop("a b.csv", recipients(tmp_path))
    processor = pipeline.processor()
    processor.keys = ("incoming/recipients/a+b.csv",)
    assert processor.run().registered == 1
