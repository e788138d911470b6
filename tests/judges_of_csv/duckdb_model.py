"""What DuckDB's strict reader makes of blanks beside quotes and of a quote that is never closed, as tried with 2.0.1.

Its documentation (https://duckdb.org/docs/stable/data/csv/overview) says neither. One blank before a quote that begins
a field is dropped, and so are all blanks after one that ends it; where another quote follows these, the field goes on.
Without detection a row that the end of the file cuts off inside quotes is dropped as well. All else is as in Python's
`csv` when it is strict.
"""

import csv

from csvbatch.csv_file.dialect import Dialect, csv_reader, split_lines
from csvbatch.csv_file.limits import DEFAULT_LIMITS
from tests.judges_of_csv.questions import Answer, Question, Refused, Rows
from tests.judges_of_csv.reading import lenient


def duckdb_rows(question: Question) -> Answer:
    """What DuckDB makes of a text whose row ends are all of one kind."""
    dialect = question.dialect
    lines = split_lines(without_blanks_beside_quotes(question.text, dialect))
    reader = csv_reader(lines, lenient(dialect), DEFAULT_LIMITS)
    rows: Rows = []
    start = 0
    for fields in reader:
        text = "".join(lines[start : reader.line_num])
        start = reader.line_num
        if not fields:
            continue
        if start == len(lines) and is_open(text, dialect):
            break
        if len(fields) != question.width or _is_malformed(text, dialect):
            return Refused("malformed, or another number of fields")
        rows.append(fields)
    return rows


def without_blanks_beside_quotes(text: str, dialect: Dialect) -> str:
    """The text without the blanks that DuckDB drops."""
    blanks = {" ", "\t"} - {dialect.delimiter}
    ends = {dialect.delimiter, "\r", "\n"}
    kept: list[str] = []
    state, position = "start", 0
    while position < len(text):
        character = text[position]
        if state in ("start", "closed") and character in blanks:
            after = position
            while text[after : after + 1] in blanks:
                after += 1
            following = text[after : after + 1]
            if state == "closed" and following == dialect.quote:
                # The field goes on: blanks are text, and neither the quote before them nor that after them is.
                kept[-1] = text[position:after]
                state, position = "quoted", after + 1
                continue
            if state == "start":
                dropped = following == dialect.quote and after == position + 1
            else:
                dropped = not following or following in ends
            kept.append("" if dropped else text[position:after])
            state = state if dropped else "plain"
            position = after
            continue
        kept.append(character)
        position += 1
        if state == "quoted":
            state = "closed" if character == dialect.quote else state
        elif character in ends:
            state = "start"
        else:
            state = "quoted" if character == dialect.quote and state in ("start", "closed") else "plain"
    return "".join(kept)


def is_open(text: str, dialect: Dialect) -> bool:
    """Whether a row ends inside quotes."""
    state = "start"
    for character in text:
        if state == "quoted":
            state = "closed" if character == dialect.quote else state
        elif character in (dialect.delimiter, "\r", "\n"):
            state = "start"
        else:
            state = "quoted" if character == dialect.quote and state in ("start", "closed") else "plain"
    return state == "quoted"


def _is_malformed(row: str, dialect: Dialect) -> bool:
    reader = csv.reader(split_lines(row), delimiter=dialect.delimiter, quotechar=dialect.quote, strict=True)
    try:
        list(reader)
    except csv.Error:
        return True
    return False
