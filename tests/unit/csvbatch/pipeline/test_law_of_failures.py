"""The law with failures in it: whatever fails of some files, the others' rows are those of a sequential pass.

And once nothing fails any more, the table is that of a sequential pass over all of them, in the order they came.
"""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from csvbatch.contract.yaml_file import load_contracts
from csvbatch.pipeline.failures import MOST_FAILURES
from csvbatch.store import BatchState, open_store
from scripts.common.paths import REPOSITORY
from tests.support.failing import FailingFiles, FailingQueue, refusal, repair_contract, spoil_contract
from tests.support.pipeline import Pipeline, names_in_table, recipients, sequential_reading

CONTRACTS = load_contracts(REPOSITORY / "lambdas" / "contracts")
KINDS = ("none", "read", "tag", "send", "contract")
LOADED = ("none", "tag")

# Three failures of the environment in a row end a step, so a file may have its turn in the second run only.
failing = st.tuples(st.integers(1, MOST_FAILURES - 1), st.sampled_from(["InvalidObjectState", "AccessDenied"])) | (
    st.tuples(st.integers(2, MOST_FAILURES - 1), st.just("SlowDown"))
)
stories = st.tuples(st.lists(st.sampled_from(KINDS), min_size=1, max_size=5), failing)


@pytest.fixture(scope="module")
def contents(tmp_path_factory: pytest.TempPathFactory) -> Sequence[bytes]:
    """Files with all of their keys in common, and another name in each row."""
    folder = tmp_path_factory.mktemp("contents")
    same = recipients(folder, rows=12, seed=5).decode()
    return [same.replace(" ", f" {number} ").encode() for number in range(5)]


def pass_over(contents: Sequence[bytes]) -> dict[tuple[object, ...], object]:
    table: dict[tuple[object, ...], object] = {}
    for content in contents:
        table |= sequential_reading(content, CONTRACTS["recipients"])[0]
    return table


def test_the_files_of_these_tests_differ_in_every_row(contents: Sequence[bytes]) -> None:
    first, second = (pass_over([content]) for content in contents[:2])
    assert first.keys() == second.keys()
    assert all(first[key] != second[key] for key in first)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(story=stories)
def test_what_fails_of_some_files_changes_nothing_of_the_others(
    contents: Sequence[bytes], tmp_path_factory: pytest.TempPathFactory, story: tuple[list[str], tuple[int, str]]
) -> None:
    kinds, (runs, code) = story
    folder = tmp_path_factory.mktemp("story")
    pipeline, files, queue = pipeline_in(folder)
    for number, kind in enumerate(kinds):
        name = f"{number}-{kind}.csv"
        pipeline.drop(name, contents[number])
    # The run that registers them all is kept from reading any, so that a contract can be spoilt in between.
    files.on_read["incoming/"] = refusal("SlowDown")
    pipeline.process()
    files.on_read.clear()
    spoil_contract(pipeline.store, "-contract.csv")
    files.on_read["-read."] = files.on_tag["-tag."] = queue.on_send["-send."] = refusal(code)
    for _ in range(runs):
        pipeline.load_all()

    states = {one.object_key: one.state for one in pipeline.store.latest_batches(9)}
    for number, kind in enumerate(kinds):
        state = states[f"incoming/recipients/{number}-{kind}.csv"]
        assert (state is BatchState.CLOSED) == (kind == "none"), kind
        assert state is not BatchState.REFUSED
    assert names_in_table(pipeline) == pass_over(
        [one for one, kind in zip(contents, kinds, strict=False) if kind in LOADED]
    )

    repair_contract(pipeline.store, "-contract.csv")
    files.on_read.clear()
    files.on_tag.clear()
    queue.on_send.clear()
    pipeline.load_all()
    pipeline.load_all()
    assert {one.state for one in pipeline.store.latest_batches(9)} == {BatchState.CLOSED}
    assert names_in_table(pipeline) == pass_over(contents[: len(kinds)])
    pipeline.store.close_connection()


def pipeline_in(folder: Path) -> tuple[Pipeline, FailingFiles, FailingQueue]:
    store = open_store(f"sqlite:///{folder}/store.db")
    store.migrate(CONTRACTS.values())
    files, queue = FailingFiles(folder / "bucket", {}), FailingQueue()
    return Pipeline(store, files, dict(CONTRACTS), queue), files, queue
