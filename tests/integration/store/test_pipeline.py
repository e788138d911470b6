"""The whole way of a file into each store: the table is what a plain sequential reader makes of the file."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from csvbatch.contract.model import Contract
from csvbatch.local.files import LocalFiles
from csvbatch.pipeline.delivery import Delivery, deliver
from csvbatch.pipeline.ports import NO_DEADLINE
from csvbatch.store import BatchState
from scripts.local.samples.make_airports import write_airports
from scripts.local.samples.make_recipients import write_recipients
from tests.integration.store.contracts import EVERYTHING, everything
from tests.integration.store.places import SHIPPED, Place
from tests.support.pipeline import Pipeline, recipients

SECONDS = 120

READERS: dict[str, Callable[[str], Any]] = {
    "string": str,
    "integer": int,
    "decimal": Decimal,
    "date": date.fromisoformat,
    "timestamp": datetime.fromisoformat,
    "boolean": {"Y": True, "N": False}.__getitem__,
}


def with_tables_shipped(place: Place) -> Place:
    """Make the tables of the contracts that are shipped, and empty them."""
    place.store().migrate(SHIPPED.values())
    for contract in SHIPPED.values():
        place.run(f"DELETE FROM {place.quote(contract.table)}")
    return place


@pytest.fixture
def shipped(place: Place) -> Place:
    return with_tables_shipped(place)


@pytest.fixture
def shared_shipped(shared_place: Place) -> Place:
    return with_tables_shipped(shared_place)


def pipeline_into(place: Place, folder: Path, *, chunk_bytes: int = 200_000) -> Pipeline:
    contracts = {**SHIPPED, EVERYTHING.dataset: EVERYTHING}
    return Pipeline(place.store(), LocalFiles(folder / "bucket", {}), contracts, chunk_bytes=chunk_bytes)


def plainly_read(content: bytes, contract: Contract, bad_lines: set[int]) -> list[tuple[Any, ...]]:
    """Go through a file with `csv` alone, without the lines that whoever wrote it knows to be bad."""
    reader = csv.reader(io.StringIO(content.decode(), newline=""))
    header = next(reader)
    table = {}
    line = reader.line_num + 1
    for fields in reader:
        if line not in bad_lines:
            texts = dict(zip(header, fields, strict=True))
            row = tuple(value_of(texts[column.header], column) for column in contract.columns)
            table[tuple(row[position] for position in contract.key_positions)] = row
        line = reader.line_num + 1
    return [table[key] for key in sorted(table)]


def value_of(text: str, column: Any) -> Any:
    return None if text in ("", *column.null_tokens) else READERS[column.type](text)


def airports(folder: Path) -> tuple[bytes, set[int]]:
    write_airports(folder / "airports.csv")
    return (folder / "airports.csv").read_bytes(), set()


def people(folder: Path) -> tuple[bytes, set[int]]:
    file, expected = folder / "recipients.csv", folder / "expected.json"
    write_recipients(file, rows=3000, bad_share=0.05, expected=expected)
    return file.read_bytes(), {one["line"] for one in json.loads(expected.read_bytes())["rejects"]}


@pytest.mark.parametrize(("dataset", "write"), [("airports", airports), ("recipients", people)])
def test_the_table_is_what_a_plain_reader_makes_of_the_file(
    shipped: Place, tmp_path: Path, dataset: str, write: Callable[[Path], tuple[bytes, set[int]]]
) -> None:
    content, bad_lines = write(tmp_path)
    pipeline = pipeline_into(shipped, tmp_path)
    pipeline.drop("a.csv", content, dataset)
    pipeline.load_all()
    batch = pipeline.only_batch()
    assert batch.chunks_total > 1
    assert (batch.state, batch.rows_rejected) == (BatchState.CLOSED, len(bad_lines))
    assert shipped.values(SHIPPED[dataset]) == plainly_read(content, SHIPPED[dataset], bad_lines)


@pytest.mark.parametrize(
    "text",
    [
        'Robert\'); DROP TABLE "order";--',
        '" OR 1=1 --',
        ":v0 :name %(name)s %s ? $1 {0}",
        "\\N",
        "NULL",
        "\\'; SELECT pg_sleep(1); --",
        "q'[x]' || CHR(39)",
        "=HYPERLINK(1)",
    ],
)
def test_sql_in_a_field_is_text_like_any_other(place: Place, tmp_path: Path, text: str) -> None:
    pipeline = pipeline_into(place, tmp_path)
    row = everything(group=text, select=text)
    file = io.StringIO(newline="")
    csv.writer(file).writerows([EVERYTHING.headers, [as_text(value) for value in row]])
    pipeline.drop("a.csv", file.getvalue().encode(), EVERYTHING.dataset)
    pipeline.load_all()
    assert place.values(EVERYTHING) == [row]


def as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def test_three_starts_at_once_and_every_message_twice_make_one_batch(shared_shipped: Place, tmp_path: Path) -> None:
    """Two schedules and the event of an object wake a processor each, and two handlers get all messages each."""
    pipeline = pipeline_into(shared_shipped, tmp_path, chunk_bytes=6000)
    pipeline.drop("a.csv", recipients(tmp_path, rows=600))
    others = [replace(pipeline, store=shared_shipped.store()) for _ in range(3)]
    at_once([other.process for other in others])
    messages = [message.dumps() for message in pipeline.queue.waiting]
    at_once([partial(handle, others[0], messages), partial(handle, others[1], messages[::-1])])
    at_once([other.process for other in others])

    batch = pipeline.only_batch()
    assert len(messages) == batch.chunks_total > 5
    assert (batch.state, batch.rows_read, batch.rows_rejected) == (BatchState.CLOSED, 600, 60)
    assert len(shared_shipped.rows(SHIPPED["recipients"])) == batch.rows_merged
    (report,) = (pipeline.files.folder / "reports").rglob("*.json")
    assert json.loads(report.read_bytes())["rows_merged"] == 540


def handle(pipeline: Pipeline, messages: Sequence[str]) -> None:
    for body in messages:
        deliver(pipeline.store, pipeline.files, Delivery(body, is_last=False), NO_DEADLINE)


def at_once(calls: Sequence[Callable[[], object]]) -> None:
    start = Barrier(len(calls))

    def call(one: Callable[[], object]) -> None:
        start.wait(SECONDS)
        one()

    with ThreadPoolExecutor(len(calls)) as pool:
        for ended in [pool.submit(call, one) for one in calls]:
            ended.result(SECONDS)
