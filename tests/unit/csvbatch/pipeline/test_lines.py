"""`load_line` tells a user on which line of the file a row begins, whatever the chunks are."""

import csv
import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from csvbatch.contract.columns import StringColumn
from csvbatch.contract.model import Contract
from csvbatch.local.files import LocalFiles
from csvbatch.store import open_store
from tests.support.pipeline import Pipeline

NOTES = Contract(
    dataset="notes",
    table="notes",
    key=("name",),
    columns=(StringColumn(name="name", max_length=10), StringColumn(name="note", max_length=100)),
)


def as_is(content: bytes) -> bytes:
    return content


def file_of(rows: int, newline: str) -> str:
    """Rows of one to three lines, with blank lines and rejects between them."""
    text = f"{newline}name,note{newline}"
    for number in range(rows):
        note = newline.join(f"part {part} of {number}" for part in range(1 + number % 3))
        text += f'n{number},"{note}"{newline}'
        if number % 7 == 0:
            text += newline
        if number % 5 == 0:
            text += f'a name that is too long for its column,"{newline}"{newline}'
    return text


def first_lines(text: str) -> dict[str, int]:
    """The physical line on which each row begins, by its first field."""
    reader = csv.reader(text.splitlines(keepends=True))
    found, line = {}, 1
    for fields in reader:
        if fields:
            found[fields[0]] = line
        line = reader.line_num + 1
    return {name: line for name, line in found.items() if len(name) <= 10 and name != "name"}


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize(("suffix", "pack"), [("csv", as_is), ("csv.gz", gzip.compress)], ids=["plain", "gzip"])
def test_load_line_is_the_line_of_the_unpacked_file_on_which_the_row_begins(
    tmp_path: Path, newline: str, suffix: str, pack: Callable[[bytes], bytes]
) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    store.migrate([NOTES])
    pipeline = Pipeline(store, LocalFiles(tmp_path / "bucket", {}), {"notes": NOTES}, chunk_bytes=100)
    text = file_of(60, newline)
    pipeline.drop(f"a.{suffix}", pack(text.encode()), "notes")
    pipeline.load_all()
    batch = pipeline.only_batch()
    assert batch.chunks_total > 10
    assert batch.rows_rejected == 12
    select = "SELECT name, load_line FROM notes"
    rows = store._read("test", lambda transaction: dict(transaction.rows(select)))
    assert rows == first_lines(text)
    store.close_connection()
