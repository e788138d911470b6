"""Kills the processor and the handler before and after every step they take in the world outside."""

import csv
from contextlib import suppress
from pathlib import Path
from typing import Any

from csvbatch.local.queue import LocalQueue
from csvbatch.pipeline.delivery import Delivery, deliver
from csvbatch.pipeline.loading import load
from csvbatch.pipeline.ports import NO_DEADLINE, Status
from csvbatch.store import Batch, BatchState, Store
from tests.support.mortal import Killed, Mortal, Steps
from tests.support.pipeline import Pipeline, names_in_table, recipients, report_of, sequential_reading

MOST_STEPS = 400


class BrokenError(Exception):
    """A step failed, and the process lives on."""


def release_what_the_dead_held(store: Store) -> None:
    """What time would do: the claims of the killed processor end."""
    delete = "DELETE FROM csvbatch_lease WHERE name LIKE 'batch/%'"
    store._run("test", lambda transaction: transaction.run(delete))


def deliver_what_died_with_its_queue(pipeline: Pipeline) -> None:
    """What a later run does once the queue's retention is over: it sends the messages again."""
    for batch in pipeline.store.batches(BatchState.LOADING):
        for chunk in pipeline.store.chunks(batch.id):
            load(pipeline.store, pipeline.files, batch.id, chunk.chunk_number, NO_DEADLINE)


def check_report_and_tag(pipeline: Pipeline, batch: Batch, good: int, bad: int) -> None:
    """Check that a closed batch has its report, with these counts, and that its file has its tag."""
    status = Status.PROCESSED_WITH_REJECTS if bad else Status.PROCESSED
    report = report_of(pipeline, batch)
    counts = (report["rows_read"], report["rows_merged"], report["rows_rejected"])
    assert (report["status"], *counts) == (status.value, good + bad, good, bad)
    rejects = report["rejects"]
    assert isinstance(rejects, list)
    assert sum(rejected_rows(pipeline, key) for key in rejects) == bad
    assert pipeline.files.statuses[batch.object_key] is status


def rejected_rows(pipeline: Pipeline, key: str) -> int:
    """How many rows a reject file has; a row that breaks several rules has a line for each."""
    with (pipeline.files.folder / key).open(encoding="utf-8", newline="") as file:
        return len({reject["line"] for reject in csv.DictReader(file)})


def run_until_killed(pipeline: Pipeline, last: int) -> bool:
    """One processor and its deliveries, each message delivered twice; True where it came through."""
    steps = Steps(last)
    store: Any = Mortal(pipeline.store, steps)
    files: Any = Mortal(pipeline.files, steps)
    queue = LocalQueue()
    mortal = pipeline.processor(Mortal(queue, steps))  # type: ignore[arg-type]
    mortal.store, mortal.objects = store, files
    try:
        mortal.run()
        for message in [*queue.waiting, *queue.waiting]:
            deliver(store, files, Delivery(message.dumps(), is_last=False), NO_DEADLINE)
        mortal.run()
    except Killed:
        return False
    return True


def test_a_kill_between_any_two_steps_loses_and_doubles_nothing(pipeline: Pipeline, tmp_path: Path) -> None:
    content = recipients(tmp_path, rows=30)
    expected, good, bad = sequential_reading(content, pipeline.contracts["recipients"])
    pipeline.chunk_bytes = 1500
    came_through = False
    for last in range(1, MOST_STEPS):
        pipeline.drop(f"{last}.csv", content)
        came_through = run_until_killed(pipeline, last)
        for closed in pipeline.store.latest_batches(1):
            if closed.state is BatchState.CLOSED and closed.object_key.endswith(f"/{last}.csv"):
                check_report_and_tag(pipeline, closed, good, bad)
        release_what_the_dead_held(pipeline.store)
        pipeline.load_all()
        pipeline.load_all()
        deliver_what_died_with_its_queue(pipeline)
        (batch,) = pipeline.store.latest_batches(1)
        assert batch.state is BatchState.CLOSED, last
        assert (batch.rows_read, batch.rows_merged, batch.rows_rejected) == (good + bad, good, bad), last
        assert names_in_table(pipeline) == expected, last
        check_report_and_tag(pipeline, batch, good, bad)
        if came_through:
            break
    assert came_through, "the run has more steps than were tried"
    assert last > 40
    assert len(pipeline.store.latest_batches(MOST_STEPS)) == last


def run_with_a_failure(pipeline: Pipeline, last: int) -> bool:
    """One processor and its deliveries, of whose calls on bucket and queue one fails; True where none was left to."""
    steps = Steps(last, BrokenError)
    files: Any = Mortal(pipeline.files, steps)
    queue: Any = Mortal(pipeline.queue, steps)
    failing = pipeline.processor(queue)
    failing.objects = files
    # What cannot be listed is the bucket as a whole, and ends the run.
    with suppress(BrokenError):
        failing.run()
    for message in list(pipeline.queue.waiting):
        with suppress(BrokenError):
            deliver(pipeline.store, files, Delivery(message.dumps(), is_last=False), NO_DEADLINE)
            pipeline.queue.waiting.remove(message)
    with suppress(BrokenError):
        failing.run()
    return steps.left > 0


def test_a_failure_at_any_step_changes_nothing_in_the_end(pipeline: Pipeline, tmp_path: Path) -> None:
    contents = [recipients(tmp_path, rows=30, seed=seed) for seed in (1, 2, 3)]
    readings = [sequential_reading(content, pipeline.contracts["recipients"]) for content in contents]
    expected = readings[0][0] | readings[1][0] | readings[2][0]
    pipeline.chunk_bytes = 2500
    came_through = False
    for last in range(1, MOST_STEPS):
        for number, content in enumerate(contents):
            pipeline.drop(f"{last}-{number}.csv", content)
        came_through = run_with_a_failure(pipeline, last)
        pipeline.load_all()
        pipeline.load_all()
        latest = sorted(pipeline.store.latest_batches(3), key=lambda one: one.object_key)
        assert [(one.state, one.failures, one.failure) for one in latest] == [(BatchState.CLOSED, 0, None)] * 3, last
        counts = [(one.rows_read, one.rows_merged, one.rows_rejected) for one in latest]
        assert counts == [(good + bad, good, bad) for _, good, bad in readings], last
        for batch, (_, good, bad) in zip(latest, readings, strict=True):
            check_report_and_tag(pipeline, batch, good, bad)
        assert names_in_table(pipeline) == expected, last
        if came_through:
            break
    assert came_through, "the run has more steps than were tried"
    assert last > 40
