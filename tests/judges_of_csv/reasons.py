"""Why a judge may differ from the project: by what is in the text, never by a file's number or name.

A reason holds where the text has the feature that it names and, where that can be computed, the judge's answer is what
the reason predicts: so a fault elsewhere in the same file is not explained away.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from csvbatch.csv_file.dialect import csv_reader, split_lines
from csvbatch.csv_file.errors import Reason as Refusal
from csvbatch.csv_file.limits import DEFAULT_LIMITS
from csvbatch.rows.rules import Rule
from tests.judges_of_csv.copy_model import copy_rows
from tests.judges_of_csv.duckdb_model import duckdb_rows
from tests.judges_of_csv.features import Features, features_of
from tests.judges_of_csv.questions import Answer, Case, Refused, Rows
from tests.judges_of_csv.reading import ReadRow, lenient

STRICT, LENIENT, COPY, SQLITE, DUCKDB, PANDAS = JUDGES = (
    "csv, strict",
    "csv, lenient",
    "PostgreSQL COPY",
    "SQLite .import",
    "DuckDB, strict",
    "pandas",
)
_AS_LENIENT = {LENIENT, PANDAS}


class Given(NamedTuple):
    """A case with the judge's answer, and what is in the text."""

    judge: str
    case: Case
    answer: Answer
    features: Features


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence on what the project does and the judges named do otherwise."""

    sentence: str
    judges: set[str]
    explains: Callable[[Given], bool]


def reason_for(judge: str, case: Case, answer: Answer) -> str | None:
    """The first reason that explains the answer; None where none does."""
    given = Given(judge, case, answer, features_of(case.question.text, case.question.dialect))
    return next((one.sentence for one in REASONS if judge in one.judges and one.explains(given)), None)


def _lenient_rows(text: str, given: Given) -> Rows:
    return [row for row in csv_reader(split_lines(text), lenient(given.case.question.dialect), DEFAULT_LIMITS) if row]


def _predicted(given: Given, fill: bool = False) -> Rows | None:
    """The project's rows, with each that it rejects as malformed read by itself as `csv` reads it by default.

    With `fill` rows are as pandas gives them: short ones filled, those of blanks left out.
    """
    reading, width = given.case.reading, given.case.question.width
    if reading.header is None:
        return None
    whole = given.case.question.text == given.case.text
    taken = [reading.header, *reading.rows] if whole else [reading.header, *given.case.accepted]
    if fill:
        taken = [row for row in taken if row.text.strip(" \t\r\n") or given.case.question.dialect.delimiter in row.text]
    rows = [fields for row in taken for fields in _fields(row, given)]
    return [row + [""] * (width - len(row)) for row in rows] if fill else rows


def _fields(row: ReadRow, given: Given) -> Rows:
    return [row.fields] if row.rule is None else _lenient_rows(row.text, given)


def _answered(given: Given) -> bool:
    return not isinstance(given.answer, Refused)


def _is(given: Given, predicted: Answer) -> bool:
    """Whether the answer is the predicted one; judges word their refusals in their own ways."""
    return not _answered(given) if isinstance(predicted, Refused) else given.answer == predicted


def _rules(given: Given) -> set[Rule | None]:
    return {row.rule for row in given.case.rejected}


def _reads_malformed(rules: set[Rule]) -> Callable[[Given], bool]:
    """The judge gives the project's rows and, in their places, the malformed ones, of which some break these rules."""

    def explains(given: Given) -> bool:
        return bool(rules & _rules(given)) and given.answer == _predicted(given, fill=given.judge == PANDAS)

    return explains


def _contract_is_lenient(given: Given) -> bool:
    return not given.case.question.dialect.strict and given.features.text_after_quote and not _answered(given)


def _mixed_row_ends(given: Given) -> bool:
    """CRLF and LF are one for SQLite, which takes LF for the row end."""
    ends = given.features.row_ends
    return len(ends - {"\r\n"} if given.judge == SQLITE and "\n" in ends else ends) > 1


def _drops_rows(given: Given) -> bool:
    """Newlines of several kinds, and fewer rows, each of which is one of the text but for blanks at its beginning."""
    newlines = given.features.row_ends | given.features.quoted_newlines
    if len(newlines) < 2 or isinstance(given.answer, Refused):
        return False
    there = [_without_first_blanks(row) for row in _lenient_rows(given.case.question.text, given)]
    return len(given.answer) < len(there) and all(_without_first_blanks(row) in there for row in given.answer)


def _without_first_blanks(row: list[str]) -> list[str]:
    return [row[0].lstrip(" \t"), *row[1:]]


def _refuses_quoted_newlines(given: Given) -> bool:
    newlines = given.features.row_ends | given.features.quoted_newlines
    return len(newlines) > 1 and bool(given.features.quoted_newlines) and not _answered(given)


def _refuses_mixed_row_ends(given: Given) -> bool:
    return _mixed_row_ends(given) and not _answered(given)


def _keeps_row_ends_as_text(given: Given) -> bool:
    """All characters but newlines, quotes and delimiters are there, whatever row or field they are in."""
    if not _mixed_row_ends(given) or isinstance(given.answer, Refused):
        return False
    dialect = given.case.question.dialect
    structure = {dialect.quote, dialect.delimiter, "\r", "\n"}
    expected = _lenient_rows(given.case.question.text, given)
    return _characters(given.answer, structure) == _characters(expected, structure)


def _characters(rows: Rows, but: set[str]) -> list[str]:
    return [one for row in rows for field in row for one in field if one not in but]


def _drops_delimiter_after_cr(given: Given) -> bool:
    delimiter = given.case.question.dialect.delimiter
    if not re.search(f"(?:^|[\r\n])[ \t]*\r[ \t]*{re.escape(delimiter)}", given.case.question.text):
        return False
    if isinstance(given.answer, Refused):
        return True
    structure = {delimiter, given.case.question.dialect.quote, " ", "\t", "\r", "\n"}
    expected = _lenient_rows(given.case.question.text, given)
    return _characters(given.answer, structure) == _characters(expected, structure)


def _drops_blanks_after_cr(given: Given) -> bool:
    predicted = _predicted(given)
    if predicted is None or isinstance(given.answer, Refused) or not re.search("\r[ \t]", given.case.question.text):
        return False
    return [*map(_without_first_blanks, given.answer)] == [*map(_without_first_blanks, predicted)]


def _takes_blank_lines(given: Given) -> bool:
    """In a table of one column a blank line is a row without text."""
    if given.case.expected is None or isinstance(given.answer, Refused) or not given.features.blank_line:
        return False
    return [row for row in given.answer if row != [""]] == [row for row in given.case.expected if row != [""]]


def _copy_predicts(feature: Callable[[Features], bool]) -> Callable[[Given], bool]:
    """The text has the feature, and COPY's answer is what its documentation says it is."""

    def explains(given: Given) -> bool:
        predicted = (copy_rows(given.case.question, marker=marker) for marker in (True, False))
        return feature(given.features) and any(_is(given, one) for one in predicted)

    return explains


def _duckdb_predicts(given: Given) -> bool:
    return given.features.blank_beside_quote and _is(given, duckdb_rows(given.case.question))


def _begins_like_the_text(given: Given) -> bool:
    """The judge refuses, or all characters that it gives are the first of the text, but for blanks and structure."""
    if not given.features.blank_beside_quote or isinstance(given.answer, Refused):
        return given.features.blank_beside_quote
    dialect = given.case.question.dialect
    structure = {dialect.quote, dialect.delimiter, " ", "\t", "\r", "\n"}
    found = _characters(given.answer, structure)
    return found == _characters(_lenient_rows(given.case.question.text, given), structure)[: len(found)]


def _swallows_the_rest(given: Given) -> bool:
    if given.case.reading.refused is not Refusal.UNTERMINATED_QUOTE or not _answered(given):
        return False
    return given.features.open_quote and given.answer == _lenient_rows(given.case.question.text, given)


def _drops_the_last(given: Given) -> bool:
    if given.case.reading.refused is not Refusal.UNTERMINATED_QUOTE or not _answered(given):
        return False
    return given.features.open_quote and given.answer == _lenient_rows(given.case.question.text, given)[:-1]


def _fills(given: Given) -> bool:
    short = any(row.rule is None and len(row.fields) < given.case.question.width for row in given.case.rejected)
    return short and given.answer == _predicted(given, fill=True)


def _leaves_out_blanks(given: Given) -> bool:
    header = given.case.reading.header
    if header and len(header.fields) == 1 and not header.fields[0].strip(" \t"):
        return True
    return given.features.line_of_blanks and given.answer == _predicted(given, fill=True)


REASONS = (
    Reason(
        "NUL: refused, since no database takes it in a text; the judge lets it pass",
        {STRICT, LENIENT, SQLITE, DUCKDB, PANDAS},
        lambda given: given.case.reading.refused is Refusal.NUL and "\0" in given.case.question.text,
    ),
    Reason(
        "no header: a file of blank lines is refused; for the judge it has no rows, or rows without text",
        set(JUDGES),
        lambda given: given.case.reading.refused is Refusal.EMPTY and not given.case.question.text.strip("\r\n"),
    ),
    Reason(
        "quote never closed: the file is refused; the judge makes one field of the rest",
        {LENIENT},
        _swallows_the_rest,
    ),
    Reason(
        "quote never closed: the file is refused; the judge drops the row without a word",
        {DUCKDB},
        _drops_the_last,
    ),
    Reason(
        "`quoting: lenient` in the contract: text after a closing quote is read; the judge is strict",
        {STRICT, SQLITE, DUCKDB},
        _contract_is_lenient,
    ),
    Reason(
        "text after a closing quote in the header: refused; the judge reads it into the field",
        _AS_LENIENT,
        lambda given: (
            given.case.reading.refused is Refusal.TEXT_AFTER_QUOTE
            and given.features.text_after_quote
            and _answered(given)
        ),
    ),
    Reason(
        "text after a closing quote: the row is rejected; the judge reads it into the field",
        _AS_LENIENT,
        _reads_malformed({Rule.TEXT_AFTER_QUOTE}),
    ),
    Reason(
        "CR without LF under a header that ends with LF: both rows are rejected; the judge takes it for a row end",
        {STRICT, LENIENT, PANDAS, DUCKDB},
        _reads_malformed({Rule.LONE_CR}),
    ),
    Reason(
        "U+FEFF at the beginning of a row: rejected as a joined file; the judge reads it as text",
        set(JUDGES) - {COPY},
        _reads_malformed({Rule.BYTE_ORDER_MARK}),
    ),
    Reason(
        "quote in a field that began without one: a character; for the judge it opens or closes",
        {COPY},
        _copy_predicts(lambda features: features.literal_quote),
    ),
    Reason(
        "text after a closing quote: the row or file is rejected; the judge reads it, and quotes in it",
        {COPY},
        _copy_predicts(lambda features: features.text_after_quote),
    ),
    Reason(
        "row ends of several kinds: each ends a row; the judge refuses all but the first row's",
        {COPY},
        _copy_predicts(lambda features: len(features.row_ends) > 1),
    ),
    Reason(
        "row ends of several kinds: each ends a row; the judge refuses the file",
        {SQLITE, DUCKDB},
        _refuses_mixed_row_ends,
    ),
    Reason(
        "row ends of several kinds: each ends a row, or rejects it; for the judge the others are text",
        {SQLITE},
        _keeps_row_ends_as_text,
    ),
    Reason("blank line: skipped; for the judge a row of one field", {COPY}, _copy_predicts(lambda one: one.blank_line)),
    Reason(
        "blank line: skipped; for the judge a row of one field",
        {SQLITE},
        lambda given: (given.features.blank_line and not _answered(given)) or _takes_blank_lines(given),
    ),
    Reason(
        "blanks at the beginning of a row, after one that CR ends: text; the judge drops them",
        {DUCKDB},
        _drops_blanks_after_cr,
    ),
    Reason(
        "newlines of several kinds, some inside quotes: kept; the judge refuses the file",
        {DUCKDB},
        _refuses_quoted_newlines,
    ),
    Reason(
        "newlines of several kinds: each ends a row or is kept in quotes; the judge drops rows without a word",
        {DUCKDB},
        _drops_rows,
    ),
    Reason(
        "`\\.` alone on a line: text; it ends the judge's data",
        {COPY},
        _copy_predicts(lambda features: features.end_of_copy),
    ),
    Reason(
        "short row: rejected; the judge fills it",
        {PANDAS},
        _fills,
    ),
    Reason("row of blanks only: a row; the judge leaves it out", {PANDAS}, _leaves_out_blanks),
    Reason(
        "delimiter at the beginning of a row, after a line of blanks or nothing that CR ends: one; the judge loses it",
        {PANDAS},
        _drops_delimiter_after_cr,
    ),
    Reason(
        "blank beside a quote: a character, after a closing quote a malformed row; the judge drops it",
        {DUCKDB},
        _duckdb_predicts,
    ),
    Reason(
        "several blanks and quotes beside each other: as above; the judge refuses, or goes on with the field",
        {DUCKDB},
        _begins_like_the_text,
    ),
    Reason(
        "U+FEFF at the beginning of a row: rejected as a joined file; the judge reads it as text",
        {COPY},
        _copy_predicts(lambda features: True),
    ),
)
