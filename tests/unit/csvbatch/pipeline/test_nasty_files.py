"""Generated nasty files go through the whole pipeline, and each of their lines is accounted for from what came out.

The lines that no reject names are what Python's own `csv`, as strict as the contract, makes exactly the table's rows
of, but for those superseded by a later row with their key; and the lines of the file are the header's, the merged
rows', the rejected rows' and the blank ones.
"""

import csv
import io
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import batched, pairwise
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

import csvbatch.cli.checking
import csvbatch.csv_file.reader
import csvbatch.pipeline.loading
import csvbatch.pipeline.splitting
from csvbatch.cli.checking import Findings, check_file
from csvbatch.csv_file.dialect import Dialect
from csvbatch.csv_file.splitter import scan
from csvbatch.local.files import LocalFiles
from csvbatch.store import Batch, BatchState, open_store
from tests.support.nasty_files import CONTRACTS, HEADERS, NastyFile, nasty_file
from tests.support.pipeline import Pipeline, unsynchronized
from tests.unit.csvbatch.csv_file.csv_reference import is_malformed, lines_of, row_ends_and_open_quote

FILES = int(os.environ.get("CSVBATCH_NASTY_FILES", "300"))
MANY_FILES = 20_000
PARTS = 4
FILES_OF_A_PIPELINE = 60
LONG_FILE_BYTES = 10_000


class Reject(NamedTuple):
    line: int
    last_line: int
    text: str


class Outcome(NamedTuple):
    """All that is left of a file: its batch and report, its rows in the table in order, its rejects, and `check`'s."""

    batch: Batch
    problems: list[str]
    rows: list[tuple[str | None, ...]]
    row_lines: list[int]
    rejects: list[Reject]
    rules: Counter[tuple[int, str, str]]
    checked: Findings


def test_every_line_of_a_nasty_file_is_accounted_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(range(FILES), tmp_path, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_every_line_of_twenty_thousand_nasty_files_is_accounted_for(
    part: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = 1_000_000 + part * MANY_FILES // PARTS
    run(range(start, start + MANY_FILES // PARTS), tmp_path, monkeypatch)


def run(numbers: Iterable[int], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Load the files, account for each, and see that the files were nasty and were not all refused."""
    met = Counter[str]()
    for some in batched(numbers, FILES_OF_A_PIPELINE, strict=False):
        set_sizes(Random(some[0]), monkeypatch)
        files = [nasty_file(number) for number in some]
        for file, outcome in zip(files, loaded(files, folder / str(some[0]), Random(some[0])), strict=True):
            try:
                account_for(file, outcome)
            except AssertionError as error:
                error.add_note(f"the file is nasty_file({file.name[1:-4]}): {file.data!r}")
                raise
            met["files"] += 1
            met[f"refused: {outcome.batch.reason}" if outcome.batch.reason else "loaded"] += 1
            met["merged rows"] += outcome.batch.rows_merged
            met["superseded rows"] += outcome.batch.rows_merged - len(outcome.rows)
            met["rejected rows"] += outcome.batch.rows_rejected
            met["chunks"] += outcome.batch.chunks_total
            met.update(rule for _, _, rule in outcome.rules)
    print(*(f"{name}: {count:,}" for name, count in met.most_common()), sep="\n")
    assert met["loaded"] > 0.5 * met["files"]
    assert met["rejected rows"] > met["files"] / 2
    assert met["superseded rows"] > met["files"] / 20
    assert {"text_after_quote", "lone_cr", "byte_order_mark", "repeated_header", "columns"} <= met.keys()
    assert {"refused: unterminated_quote", "refused: nul", "refused: unrecognised"} <= met.keys()


def set_sizes(random: Random, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the borders of windows and blocks fall anywhere."""
    window = random.choice([1, 3, 16, 61, 1 << 18])
    for module in (csvbatch.pipeline.splitting, csvbatch.pipeline.loading, csvbatch.cli.checking):
        monkeypatch.setattr(module, "scan", partial(scan, window_bytes=window))
    monkeypatch.setattr(csvbatch.csv_file.reader, "_BLOCK_BYTES", random.choice([1, 2, 7, 64, 64 * 1024]))


def loaded(files: list[NastyFile], folder: Path, random: Random) -> Iterator[Outcome]:
    folder.mkdir()
    store = open_store(f"sqlite:///{folder}/store.db")
    store._database._connect = unsynchronized
    contracts = {contract.dataset: contract for contract in CONTRACTS}
    store.migrate(contracts.values())
    pipeline = Pipeline(store, LocalFiles(folder / "bucket", {}), contracts)
    long = [file for file in files if len(file.data) > LONG_FILE_BYTES]
    short = [file for file in files if len(file.data) <= LONG_FILE_BYTES]
    for chunk_bytes, some in [
        (20_000, long),
        (8, short[::4]),
        (40, short[1::4]),
        (400, short[2::4]),
        (9999, short[3::4]),
    ]:
        pipeline.chunk_bytes = chunk_bytes + random.randrange(8)
        for file in some:
            pipeline.drop(file.name, file.data, file.contract.dataset)
        pipeline.load_all()
    batches = {batch.object_key: batch for batch in store.latest_batches(2 * len(files))}
    for file in files:
        yield outcome_of(pipeline, file, batches[f"incoming/{file.contract.dataset}/{file.name}"])
    store.close_connection()


def outcome_of(pipeline: Pipeline, file: NastyFile, batch: Batch) -> Outcome:
    bucket = pipeline.files.folder
    report = json.loads((bucket / "reports" / batch.dataset / f"{batch.id}.json").read_text())
    rejects: list[Reject] = []
    rules = Counter[tuple[int, str, str]]()
    for key in report["rejects"]:
        with (bucket / key).open(newline="", encoding="utf-8") as stream:
            for one in csv.DictReader(stream):
                line, last_line = int(one["line"]), int(one["last_line"])
                rules[line, one["column"], one["rule"]] += 1
                if not rejects or rejects[-1].line != line:
                    rejects.append(Reject(line, last_line, one["text"]))
    select = (
        f"SELECT {', '.join(HEADERS)}, load_line FROM {batch.dataset} "
        f"WHERE load_sequence = {batch.load_sequence} ORDER BY load_line"
    )
    found = pipeline.store._read("test", lambda transaction: [tuple(row) for row in transaction.rows(select)])
    rows, row_lines = [row[:-1] for row in found], [row[-1] for row in found]
    path = pipeline.files.incoming[batch.object_key]
    checked = check_file(path, file.contract, 1 << 30, lambda _: None)
    return Outcome(batch, report["problems"], rows, row_lines, rejects, rules, checked)


def account_for(file: NastyFile, outcome: Outcome) -> None:
    batch, checked = outcome.batch, outcome.checked
    assert checked.reason == batch.reason
    if batch.state is BatchState.REFUSED:
        assert (outcome.rows, outcome.rejects, bool(outcome.problems)) == ([], [], True)
        assert has_cause(file, batch.reason), batch.reason
        return
    assert batch.state is BatchState.CLOSED
    assert batch.rows_read == batch.rows_merged + batch.rows_rejected
    assert batch.rows_rejected == len(outcome.rejects)
    assert (checked.rows, checked.rejected) == (batch.rows_read, batch.rows_rejected)
    assert outcome.rules == Counter(
        (reject.line, column or "", rule.value) for reject in checked.first for column, rule in reject.errors
    )
    account_for_lines(file, outcome)


def account_for_lines(file: NastyFile, outcome: Outcome) -> None:
    lines = lines_of(file.text)
    for before, after in pairwise(outcome.rejects):
        assert before.last_line < after.line
    rejected = 0
    left: list[str] = []
    at = 0
    for line, last_line, text in outcome.rejects:
        assert text == "".join(lines[line - 1 : last_line])
        left += lines[at : line - 1]
        rejected += last_line - line + 1
        at = last_line
    left += lines[at:]
    contract = file.contract
    strict = contract.quoting == "strict"
    read = list(csv.reader(left, delimiter=contract.delimiter, quotechar=contract.quote, strict=strict))
    header, *rows = [fields for fields in read if fields]
    # Of rows with one key the table has the last one; the others were merged before it.
    last = {row[0]: number for number, row in enumerate(rows)}
    superseded = [row for number, row in enumerate(rows) if last[row[0]] != number]
    assert [rows[number] for number in sorted(last.values())] == [
        [value or "" for value in row] for row in outcome.rows
    ]
    for row, line in zip(outcome.rows, outcome.row_lines, strict=True):
        at_line = csv.reader(lines[line - 1 :], delimiter=contract.delimiter, quotechar=contract.quote, strict=strict)
        assert next(at_line) == [value or "" for value in row]
    assert outcome.batch.rows_merged == len(outcome.rows) + len(superseded)
    assert (outcome.batch.rows_superseded, outcome.batch.rows_stale) == (len(superseded), 0)
    blank = sum(not fields for fields in read)
    merged = sum(lines_in(row) for row in (*outcome.rows, *superseded))
    assert len(lines) == lines_in(header) + merged + rejected + blank


def lines_in(values: Iterable[str | None]) -> int:
    """How many lines a row with these values has."""
    return 1 + sum(len(lines_of(f"{value}?")) - 1 for value in values if value)


def has_cause(file: NastyFile, reason: str | None) -> bool:
    """Whether the file really has what it was refused for."""
    try:
        text = file.text
    except UnicodeDecodeError:
        # What is found first depends on how much is looked at together: the header may have its own faults.
        return reason in ("encoding", "unterminated_quote", "nul", "missing", "unrecognised", "text_after_quote")
    if reason == "nul":
        return "\0" in text
    dialect = Dialect.of(file.contract)
    if reason == "unterminated_quote":
        return row_ends_and_open_quote(text, dialect)[1] is not None
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=dialect.delimiter, quotechar=dialect.quote)
    header = next((fields for fields in rows if fields), None)
    if reason == "empty":
        return header is None
    if reason == "text_after_quote":
        start = len(lines_of(text)) - len(lines_of(text.lstrip("\r\n")))
        return is_malformed(lines_of(text)[start : rows.line_num], "", dialect)
    return reason in ("missing", "extra", "repeated", "reordered", "unrecognised") and header != list(HEADERS)
