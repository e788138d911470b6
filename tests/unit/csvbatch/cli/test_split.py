import csv
import gzip
import io
import json
from pathlib import Path

import pytest

from tests.unit.csvbatch.cli.conftest import Run


@pytest.mark.parametrize("chunk_bytes", [1, 1000, 10**9])
def test_the_chunks_are_the_file_s_rows_without_gaps(run: Run, recipients: Path, chunk_bytes: int) -> None:
    outcome = run("split", recipients, "--chunk-bytes", chunk_bytes, "--json")
    assert outcome.status == 0
    chunks = [json.loads(line) for line in outcome.out.splitlines()]
    content = recipients.read_bytes()
    assert chunks[-1]["end"] == len(content)
    assert [one["end"] for one in chunks[:-1]] == [one["start"] for one in chunks[1:]]
    for one in chunks:
        text = content[one["start"] : one["end"]].decode()
        assert one["rows"] == sum(1 for fields in csv.reader(io.StringIO(text, newline="")) if fields)


def test_ranges_of_a_packed_file_are_those_of_the_unpacked_one(run: Run, recipients: Path, tmp_path: Path) -> None:
    packed = tmp_path / "r.csv.gz"
    packed.write_bytes(gzip.compress(recipients.read_bytes()))
    plain, unpacked = (run("split", path, "--chunk-bytes", 5000, "--json").out for path in (recipients, packed))
    assert plain == unpacked


def test_any_csv_file_can_be_split(run: Run, tmp_path: Path) -> None:
    (tmp_path / "any.csv").write_text('a,b\n1,"x\ny"\n')
    assert json.loads(run("split", "any.csv", "--chunk-bytes", 9, "--json").out)["rows"] == 1


def test_a_file_that_cannot_be_split_says_where(run: Run, tmp_path: Path) -> None:
    (tmp_path / "any.csv").write_text('a,b\n1,"x\n')
    outcome = run("split", "any.csv", "--chunk-bytes", 9)
    assert outcome.status == 1
    assert outcome.err.startswith("csvbatch: any.csv: line 2: the quote that opens a field here")
