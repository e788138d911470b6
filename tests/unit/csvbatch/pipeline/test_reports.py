"""The report of a batch, whole: it is an interface for whoever sent the file."""

import gzip
import json
from datetime import datetime
from pathlib import Path

import pytest

from csvbatch.pipeline.ports import is_listed
from csvbatch.store import ObjectVersion
from tests.support.failing import FailingFiles
from tests.support.pipeline import Pipeline, report_of
from tests.unit.csvbatch.pipeline.failing_files import HEADER

GOOD = b"9990000018,Ada,here,1980-01-01,Y,1,1.5,2026-01-01T00:00:00\n"
BAD = b"9990000026,Bob,here,1980-01-01,perhaps,1,1.5,2026-01-01T00:00:00\n"


@pytest.fixture
def pipeline(failing_pipeline: Pipeline) -> Pipeline:
    failing_pipeline.chunk_bytes = 100_000
    return failing_pipeline


def test_the_report_of_a_batch_that_was_loaded(pipeline: Pipeline, now: list[datetime]) -> None:
    content = HEADER + GOOD + GOOD + BAD
    pipeline.drop("a.csv", content)
    pipeline.load_all()
    batch = pipeline.only_batch()
    assert report_of(pipeline) == {
        "batch": batch.id,
        "dataset": "recipients",
        "status": "processed-with-rejects",
        "reason": None,
        "problems": [],
        "file": {
            "bucket": "local",
            "key": "incoming/recipients/a.csv",
            "version": batch.object_version,
            "bytes": len(content),
        },
        "sequence": 1,
        "attempt": 1,
        "rows_read": 3,
        "rows_merged": 2,
        "rows_superseded": 1,
        "rows_stale": 0,
        "rows_rejected": 1,
        "chunks_total": 1,
        "rejects": [f"rejected/recipients/{batch.id}/001/000000.csv"],
        "registered_at": now[0].isoformat(),
    }


def test_the_report_of_a_file_that_was_refused(pipeline: Pipeline, now: list[datetime]) -> None:
    pipeline.drop("a.csv", b"")
    pipeline.process()
    batch = pipeline.only_batch()
    assert report_of(pipeline) == {
        "batch": batch.id,
        "dataset": "recipients",
        "status": "refused",
        "reason": "empty",
        "problems": ["the file is empty or has only blank lines; send it with a header line and rows"],
        "file": {
            "bucket": "local",
            "key": "incoming/recipients/a.csv",
            "version": batch.object_version,
            "bytes": 0,
        },
        "sequence": 1,
        "attempt": 1,
        "rows_read": 0,
        "rows_merged": 0,
        "rows_superseded": 0,
        "rows_stale": 0,
        "rows_rejected": 0,
        "chunks_total": 0,
        "rejects": [],
        "registered_at": now[0].isoformat(),
    }


def test_a_report_is_a_text_that_people_can_read(pipeline: Pipeline) -> None:
    pipeline.drop("a.csv", b"")
    pipeline.process()
    batch = pipeline.only_batch()
    text = (pipeline.files.folder / "reports" / "recipients" / f"{batch.id}.json").read_text()
    assert text == json.dumps(report_of(pipeline), indent=2) + "\n"


def test_a_chunk_without_rejects_has_no_reject_file(pipeline: Pipeline) -> None:
    pipeline.drop("a.csv", HEADER + GOOD)
    pipeline.load_all()
    report = report_of(pipeline)
    assert (report["status"], report["rejects"]) == ("processed", [])
    assert not (pipeline.files.folder / "rejected").exists()


def test_every_attempt_has_reject_files_of_its_own(pipeline: Pipeline) -> None:
    pipeline.drop("a.csv", HEADER + BAD)
    pipeline.load_all()
    batch = pipeline.only_batch().id
    pipeline.store.replay(batch)
    pipeline.load_all()
    assert sorted(path.name for path in (pipeline.files.folder / "rejected" / "recipients" / batch).iterdir()) == [
        "001",
        "002",
    ]
    assert report_of(pipeline)["attempt"] == 2


@pytest.mark.parametrize(
    ("name", "content", "unpacked"),
    [("a.csv", HEADER, False), ("a.csv.gz", gzip.compress(HEADER), True), ("A.CSV.GZ", gzip.compress(HEADER), True)],
    ids=["plain", "packed", "packed, in capitals"],
)
def test_only_a_packed_file_is_read_from_another_object(
    pipeline: Pipeline, name: str, content: bytes, unpacked: bool
) -> None:
    pipeline.drop(name, content)
    pipeline.process()
    batch = pipeline.only_batch()
    assert batch.unpacked_key == (f"work/{batch.id}/unpacked.csv" if unpacked else None)
    assert (batch.source == batch.object) is not unpacked


def test_a_version_is_listed_if_its_own_key_has_it(pipeline: Pipeline, files: FailingFiles, tmp_path: Path) -> None:
    pipeline.drop("a.csv", HEADER)
    pipeline.drop("a.csv.more", HEADER + GOOD)
    versions = {found.object.key: found.object for found in files.versions("incoming/")}
    its_own = versions["incoming/recipients/a.csv"]
    other = versions["incoming/recipients/a.csv.more"]
    assert is_listed(files, its_own)
    assert not is_listed(files, ObjectVersion(its_own.key, other.version))
    assert not is_listed(files, ObjectVersion("incoming/recipients/a", its_own.version))
