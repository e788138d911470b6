import csv
import gzip
import json
from pathlib import Path

import pytest

from csvbatch.contract.ledger_copy import dumps, loads_json
from csvbatch.pipeline.ports import Deadline, Status
from csvbatch.store import BatchState
from tests.support.pipeline import Pipeline, names_in_table, recipients, report_of, sequential_reading

HEADER = "nhs_number,name,address,date_of_birth,consent,dose,distance_km,updated_at"


def test_a_file_becomes_rows_and_rejects_and_nothing_is_lost(pipeline: Pipeline, tmp_path: Path) -> None:
    content = recipients(tmp_path)
    expected, good, bad = sequential_reading(content, pipeline.contracts["recipients"])
    assert bad > 0
    pipeline.drop("a.csv", content)
    pipeline.load_all()
    batch = pipeline.only_batch()
    assert batch.state is BatchState.CLOSED
    assert batch.chunks_total > 5
    assert (batch.rows_read, batch.rows_merged, batch.rows_rejected) == (good + bad, good, bad)
    assert names_in_table(pipeline) == expected
    assert pipeline.files.statuses == {"incoming/recipients/a.csv": Status.PROCESSED_WITH_REJECTS}


def test_each_reject_names_line_column_rule_and_keeps_the_row_s_text(pipeline: Pipeline) -> None:
    bad = '9990000018,"Ada\nLovelace",here,1815-12-10,perhaps,99,1.5,2026-01-01T00:00:00'
    pipeline.drop("a.csv", f"{HEADER}\n{bad}\n".encode())
    pipeline.load_all()
    (reject_file,) = (pipeline.files.folder / "rejected").rglob("*.csv")
    with reject_file.open(newline="") as stream:
        rejects = list(csv.DictReader(stream))
    assert {(one["line"], one["column"], one["rule"]) for one in rejects} >= {
        ("2", "date_of_birth", "range"),
        ("2", "consent", "type"),
        ("2", "dose", "allowed"),
    }
    assert rejects[0]["text"] == f"{bad}\n"
    assert report_of(pipeline)["rejects"] == [str(reject_file.relative_to(pipeline.files.folder))]


def test_the_same_run_again_changes_nothing(pipeline: Pipeline, tmp_path: Path) -> None:
    pipeline.drop("a.csv", recipients(tmp_path))
    pipeline.load_all()
    before = pipeline.only_batch()
    assert pipeline.process().registered == 0
    assert pipeline.only_batch() == before


def test_a_packed_file_is_unpacked_and_loaded_like_a_plain_one(pipeline: Pipeline, tmp_path: Path) -> None:
    content = recipients(tmp_path)
    expected, good, _ = sequential_reading(content, pipeline.contracts["recipients"])
    pipeline.drop("a.csv.gz", gzip.compress(content))
    pipeline.load_all()
    assert pipeline.only_batch().rows_merged == good
    assert names_in_table(pipeline) == expected
    assert [path.name for path in (pipeline.files.folder / "work").rglob("*.csv")] == ["unpacked.csv"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b"nhs_number,name,address,date_of_birth,consent,dose\n", "missing"),
        ("a.csv", f"{HEADER},more\n".encode(), "extra"),
        ("a.csv", ",".join(reversed(HEADER.split(","))).encode(), "reordered"),
        ("a.csv", b"some,other,file\n1,2,3\n", "unrecognised"),
        ("a.csv", f'{HEADER}\n9990000018,"never closed\n'.encode(), "unterminated_quote"),
        ("a.csv", f"{HEADER}\n9990000018,caf\u00e9\n".encode("cp1252"), "encoding"),
        ("a.csv", f"{HEADER}\n9990000018,a\0b\n".encode(), "nul"),
        ("a.csv", f"{HEADER}\n{'x' * (10 * 1024 * 1024)}\n".encode(), "field_too_long"),
        ("a.csv", f"{HEADER}\n{',' * 100_000}\n".encode(), "too_many_columns"),
        ("a.csv.gz", gzip.compress(HEADER.encode())[:-9], "gzip_truncated"),
        ("a.csv.gz", gzip.compress(HEADER.encode() + b"\n" * 64 * 1024 * 1024), "gzip_bomb"),
        ("a.csv.gz", HEADER.encode(), "not_gzip"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_cannot_be_loaded_is_refused_with_its_reason(
    pipeline: Pipeline, name: str, content: bytes, reason: str
) -> None:
    pipeline.drop(name, content)
    assert pipeline.process().refused == 1
    batch, report = pipeline.only_batch(), report_of(pipeline)
    assert (batch.state, batch.reason) == (BatchState.REFUSED, reason)
    assert (report["status"], report["reason"], report["rows_read"]) == ("refused", reason, 0)
    assert report["problems"]
    assert pipeline.files.statuses == {f"incoming/recipients/{name}": Status.REFUSED}
    assert names_in_table(pipeline) == {}


def test_a_file_of_an_unknown_dataset_is_refused(pipeline: Pipeline) -> None:
    pipeline.drop("a.csv", b"x\n1\n", dataset="strangers")
    pipeline.process()
    assert pipeline.only_batch().reason == "unknown_dataset"


def test_a_file_with_a_header_and_no_rows_is_processed(pipeline: Pipeline) -> None:
    pipeline.drop("a.csv", f"{HEADER}\n".encode())
    assert pipeline.process().closed == 1
    assert report_of(pipeline)["status"] == "processed"


def test_a_file_with_more_rejects_than_its_contract_allows_is_refused_whole(pipeline: Pipeline, tmp_path: Path) -> None:
    strict = {**json.loads(dumps(pipeline.contracts["recipients"])), "maximum_reject_share": "0.05"}
    pipeline.contracts["recipients"] = loads_json(json.dumps(strict))
    pipeline.drop("a.csv", recipients(tmp_path))
    pipeline.process()
    assert pipeline.only_batch().reason == "too_many_rejects"
    assert not pipeline.queue.waiting
    assert names_in_table(pipeline) == {}


def test_a_batch_keeps_the_contract_it_was_registered_with(pipeline: Pipeline, tmp_path: Path) -> None:
    pipeline.drop("a.csv", recipients(tmp_path))
    pipeline.process()
    del pipeline.contracts["recipients"]
    pipeline.handle()
    assert pipeline.only_batch().state is BatchState.CLOSED


def test_a_contract_changed_between_registration_and_load_is_for_later_files(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    content = recipients(tmp_path)
    expected, good, _ = sequential_reading(content, pipeline.contracts["recipients"])
    seconds = iter([1000.0, 1000.0, *[0.0] * 1000])
    hurried = pipeline.processor()
    hurried.deadline = Deadline(lambda: next(seconds))
    pipeline.drop("a.csv", content)
    hurried.run()
    assert pipeline.only_batch().state is BatchState.REGISTERED
    changed = json.loads(dumps(pipeline.contracts["recipients"]))
    changed["columns"][1]["max_length"] = 3
    pipeline.contracts["recipients"] = loads_json(json.dumps(changed))
    pipeline.load_all()
    assert pipeline.only_batch().rows_merged == good
    assert names_in_table(pipeline) == expected
    pipeline.drop("b.csv", content)
    pipeline.load_all()
    assert pipeline.store.latest_batches(1)[0].rows_merged == 0


def test_a_corrected_file_brings_its_differences(pipeline: Pipeline, tmp_path: Path) -> None:
    first = recipients(tmp_path, bad_share=0.0)
    pipeline.drop("a.csv", first)
    pipeline.load_all()
    rows = first.decode().splitlines(keepends=True)
    number = rows[1].split(",")[0]
    corrected = "".join(rows).replace(rows[1], rows[1].replace(rows[1].split(",")[1], "Corrected Name", 1))
    pipeline.drop("b.csv", corrected.encode())
    pipeline.load_all()
    assert [name for key, name in names_in_table(pipeline).items() if key[0] == number].count("Corrected Name") == 1
    assert len(names_in_table(pipeline)) == len(sequential_reading(first, pipeline.contracts["recipients"])[0])


def test_lines_of_utf_8_under_another_encoding_are_logged_with_their_count(
    pipeline: Pipeline, caplog: pytest.LogCaptureFixture
) -> None:
    settings = {**json.loads(dumps(pipeline.contracts["recipients"])), "encoding": "cp1252"}
    pipeline.contracts["recipients"] = loads_json(json.dumps(settings))
    rows = [f"99900000{number},Zo\u00eb,,1980-01-01,Y,1,1.0,2026-01-01T00:00:00" for number in (18, 26, 34)]
    content = [HEADER, rows[0].replace("\u00eb", "e"), *rows[1:]]
    pipeline.drop("a.csv", "\n".join(content).encode())
    pipeline.load_all()
    (warning,) = [one for one in caplog.records if one.getMessage() == "lines seem to be UTF-8"]
    assert (warning.lines, warning.first_line, warning.encoding) == (2, 3, "cp1252")  # type: ignore[attr-defined]
    assert (warning.batch, warning.levelname) == (pipeline.only_batch().id, "WARNING")  # type: ignore[attr-defined]


def test_a_report_says_how_many_rows_were_superseded(pipeline: Pipeline, tmp_path: Path) -> None:
    content = recipients(tmp_path, bad_share=0)
    header, *rows = content.splitlines(keepends=True)
    pipeline.drop("a.csv", header + b"".join([*rows, *rows]))
    pipeline.load_all()
    report = report_of(pipeline)
    keys = len(names_in_table(pipeline))
    assert report["rows_merged"] == report["rows_read"] == 400
    assert (report["rows_superseded"], report["rows_stale"]) == (400 - keys, 0)
