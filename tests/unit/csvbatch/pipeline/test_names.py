"""Names that come from outside are looked at where they come in, and a bad one stops nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from csvbatch.local.files import LocalFiles
from csvbatch.pipeline.layout import parse_incoming
from csvbatch.pipeline.names import problem_of
from csvbatch.pipeline.ports import StoredObject
from csvbatch.pipeline.processing import Run
from csvbatch.store import BatchState, ObjectVersion, StoreError
from tests.support.pipeline import Pipeline, report_of

HEADER = b"nhs_number,name,address,date_of_birth,consent,dose,distance_km,updated_at\n"
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


class Listed(LocalFiles):
    """Lists some objects before those that there are."""

    more: tuple[ObjectVersion, ...] = ()

    def versions(self, prefix: str, after: str | None = None) -> Iterator[StoredObject]:
        for version in self.more:
            if version.key.startswith(prefix):
                yield StoredObject(version, 1, NOON)
        yield from LocalFiles.versions(self, prefix, after)


def listed(pipeline: Pipeline, *more: ObjectVersion) -> Run:
    files = Listed(pipeline.files.folder, {})
    files.more = more
    pipeline.files = files
    pipeline.drop("good.csv", HEADER)
    return pipeline.process()


@pytest.mark.parametrize("dataset", ["d" * 64, "d" * 900, "Recipients", "two words", "ü" * 64, "-"])
def test_a_folder_that_no_dataset_can_have_is_a_file_refused(pipeline: Pipeline, dataset: str) -> None:
    pipeline.drop("a.csv", HEADER, dataset)
    run = pipeline.process()
    assert (run.refused, run.is_complete) == (1, True)
    batch = pipeline.only_batch()
    assert (batch.state, batch.reason) == (BatchState.REFUSED, "unknown_dataset")
    assert batch.dataset == dataset[:63]
    assert "up to 63 lower-case letters" in str(report_of(pipeline)["problems"])


@pytest.mark.parametrize(
    ("key", "version", "reason"),
    [
        ("incoming/recipients/a\0.csv", "1", "key_has_nul"),
        (f"incoming/recipients/{'ü' * 600}", "1", "key_too_long"),
        ("incoming/recipients/\ud800.csv", "1", "key_not_unicode"),
        ("incoming/recipients/../a.csv", "1", "key_has_relative_parts"),
        ("incoming/./a.csv", "1", "key_has_relative_parts"),
        ("incoming/recipients/a.csv", "", "version_empty"),
        ("incoming/recipients/a.csv", "v" * 1025, "version_too_long"),
        ("incoming/recipients/a.csv", "v\0", "version_has_nul"),
        ("incoming/a.csv", "1", "not_in_a_dataset_folder"),
        ("incoming//a.csv", "1", "not_in_a_dataset_folder"),
    ],
)
def test_an_object_that_cannot_be_registered_is_skipped_counted_and_logged(
    pipeline: Pipeline, caplog: pytest.LogCaptureFixture, key: str, version: str, reason: str
) -> None:
    run = listed(pipeline, ObjectVersion(key, version))
    assert (run.registered, run.skipped, run.is_complete) == (1, 1, True)
    assert [one.reason for one in caplog.records if one.message == "object skipped"] == [reason]  # type: ignore[attr-defined]
    assert pipeline.only_batch().object_key == "incoming/recipients/good.csv"


def test_the_mark_of_a_folder_is_not_worth_a_word(pipeline: Pipeline) -> None:
    run = listed(pipeline, ObjectVersion("incoming/", "1"), ObjectVersion("incoming/recipients/", "1"))
    assert (run.registered, run.skipped) == (1, 0)


def test_many_bad_names_do_not_fill_the_log(pipeline: Pipeline, caplog: pytest.LogCaptureFixture) -> None:
    run = listed(pipeline, *(ObjectVersion(f"incoming/{number}.csv", "1") for number in range(500)))
    assert run.skipped == 500
    assert len([one for one in caplog.records if one.message == "object skipped"]) == 20


def test_a_name_that_the_database_refuses_is_skipped(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    register = pipeline.store.register

    def refuse(new: Any) -> Any:
        if "odd" in new.object.key:
            raise StoreError("ORA-12899", "Oracle refused a statement", "look it up")
        return register(new)

    monkeypatch.setattr(pipeline.store, "register", refuse)
    run = listed(pipeline, ObjectVersion("incoming/recipients/odd.csv", "1"))
    assert (run.registered, run.skipped, run.is_complete) == (1, 1, True)


def test_a_database_that_is_down_is_no_fault_of_a_name(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: object) -> Any:
        raise StoreError("DPY-6005", "there is no connection to Oracle", "check the address")

    monkeypatch.setattr(pipeline.store, "register", down)
    monkeypatch.setattr(pipeline.store, "now", down)
    with pytest.raises(StoreError, match="DPY-6005"):
        listed(pipeline)


def test_processors_of_two_buckets_work_in_one_database_at_once(
    pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    longest = "b" * 63
    pipeline.drop("a.csv", HEADER)
    elsewhere = Pipeline(pipeline.store, LocalFiles(tmp_path / "other", {}, bucket=longest), pipeline.contracts)
    elsewhere.drop("b.csv", HEADER)
    meanwhile: list[Run] = []
    versions = LocalFiles.versions

    def look(files: LocalFiles, prefix: str, after: str | None = None) -> Iterator[StoredObject]:
        if files is pipeline.files and not meanwhile:
            meanwhile.append(elsewhere.process())
        return versions(files, prefix, after)

    monkeypatch.setattr(LocalFiles, "versions", look)
    assert pipeline.process().registered == 1
    assert (meanwhile[0].registered, meanwhile[0].is_complete) == (1, True)


@pytest.mark.parametrize(("characters", "problem"), [(1024, None), (1025, "key_too_long")])
def test_a_key_may_be_as_long_as_s3_allows(characters: int, problem: str | None) -> None:
    start = "incoming/recipients/"
    key = start + "x" * (characters - len(start))
    stored = StoredObject(ObjectVersion(key, "1"), 1, NOON)
    assert problem_of(stored, parse_incoming(key)) == problem
