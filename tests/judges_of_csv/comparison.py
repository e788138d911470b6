"""Asks judges about files, compares what they say with the project's reading, and names why they differ.

A file is asked about as it is; and, where the project rejects rows of it or skips blank lines, once more with the
accepted rows only, so that a judge that refuses the file still judges the rows that the project takes.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import batched

from csvbatch.csv_file.dialect import Dialect, csv_reader, split_lines
from csvbatch.csv_file.limits import DEFAULT_LIMITS
from tests.judges_of_csv.questions import Answer, Case, CsvFile, Judge, Question, Refused
from tests.judges_of_csv.reading import Reading, ReadRow, lenient, read_file, text_of
from tests.judges_of_csv.reasons import reason_for

_FILES_AT_ONCE = 500
_NEWLINE_AT_END = re.compile("(?:\r\n?|\n)\\Z")
_NEWLINE = re.compile("\r\n?|\n")
_CHUNK_BYTES = (1, 40, 1000)


@dataclass(frozen=True, slots=True)
class Difference:
    """A judge's answer that no reason explains."""

    judge: str
    case: Case
    answer: Answer


@dataclass(slots=True)
class Verdict:
    """What became of all that one judge was asked."""

    asked: int = 0
    agreed: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    unexplained: list[Difference] = field(default_factory=list)


def hold_against(judges: Sequence[Judge], files: Iterable[CsvFile]) -> dict[str, Verdict]:
    """Ask every judge about every file."""
    verdicts = {judge.name: Verdict() for judge in judges}
    for some in batched(files, _FILES_AT_ONCE, strict=False):
        for judge in judges:
            cases = [case for file in some if judge.can_read(file.dialect) for case in cases_of(file, judge)]
            answers = judge.read([case.question for case in cases])
            for case, answer in zip(cases, answers, strict=True):
                _note(verdicts[judge.name], judge, case, answer)
    return verdicts


def cases_of(file: CsvFile, judge: Judge) -> Iterator[Case]:
    """The one or two questions to ask this judge about a file; none where its bytes are not in its encoding.

    Raises AssertionError where the project reads such a file all the same.
    """
    text = text_of(file.data, file.dialect)
    reading = reading_of(file)
    if text is None:
        if reading.refused is None:
            raise AssertionError(f"{file.name} was read, although its bytes are not {file.dialect.encoding}")
        return
    if reading.header is None:
        first, width = _first_row(text, file.dialect)
        yield Case(file, text, Question(text, file.dialect, width, _row_end(first, text)), None, reading, [], [])
        return
    header = reading.header
    width = len(header.fields)
    accepted: list[ReadRow] = []
    rejected: list[ReadRow] = []
    for row in reading.rows:
        refused = row.rule or (judge.fixed_width and len(row.fields) != width)
        (rejected if refused else accepted).append(row)
    kept = header.text + "".join(row.text for row in accepted)
    expected = [header.fields, *(row.fields for row in accepted)]
    row_end = _row_end(header.text, text)
    yield Case(file, text, Question(text, file.dialect, width, row_end), expected, reading, accepted, rejected)
    if kept != text:
        yield Case(file, text, Question(kept, file.dialect, width, row_end), expected, reading, accepted, [])


def _first_row(text: str, dialect: Dialect) -> tuple[str, int]:
    """The text and the number of fields of the first row of a refused file, as `csv` reads it by default."""
    lines = split_lines(text)
    reader = csv_reader(lines, lenient(dialect), DEFAULT_LIMITS)
    start = 0
    for fields in reader:
        if fields and start:
            # A blank line before it tells as well, and is never inside quotes.
            return lines[0], len(fields)
        if fields:
            return "".join(lines[start : reader.line_num]), len(fields)
        start = reader.line_num
    return "", 1


def _row_end(header: str, text: str) -> str:
    """What ends the header; where nothing does, or nobody knows what the header is, the first newline of the text."""
    found = _NEWLINE_AT_END.search(header) or _NEWLINE.search(text)
    return found[0] if found else "\n"


_readings: dict[CsvFile, Reading] = {}


def reading_of(file: CsvFile) -> Reading:
    """How the project reads the file, in chunks of a size that depends on it; kept for the next judge."""
    reading = _readings.get(file)
    if reading is None:
        if len(_readings) > 2 * _FILES_AT_ONCE:
            _readings.clear()
        size = _CHUNK_BYTES[len(file.data) % len(_CHUNK_BYTES)]
        reading = _readings[file] = read_file(file.data, file.dialect, size)
    return reading


def _note(verdict: Verdict, judge: Judge, case: Case, answer: Answer) -> None:
    verdict.asked += 1
    if agrees(case, answer):
        verdict.agreed += 1
        return
    reason = reason_for(judge.name, case, answer)
    if reason is None:
        verdict.unexplained.append(Difference(judge.name, case, answer))
        return
    verdict.reasons[reason] += 1
    example = verdict.examples.get(reason)
    if example is None or len(case.question.text) < len(example):
        verdict.examples[reason] = case.question.text


def agrees(case: Case, answer: Answer) -> bool:
    """Whether the judge gives the project's rows, or refuses a text of which the project refuses all or a row."""
    if isinstance(answer, Refused):
        return case.expected is None or bool(case.rejected)
    return not case.rejected and answer == case.expected


def is_unexplained(judge: Judge, file: CsvFile) -> bool:
    """Whether some answer of the judge about this file has no reason."""
    cases = list(cases_of(file, judge))
    answers = judge.read([case.question for case in cases])
    return any(
        not agrees(case, answer) and reason_for(judge.name, case, answer) is None
        for case, answer in zip(cases, answers, strict=True)
    )


def smallest(judge: Judge, file: CsvFile) -> CsvFile:
    """Take away as long as the judge's answer has no reason: lines first, then characters."""
    text = text_of(file.data, file.dialect)
    assert text is not None
    encoding = "utf-8" if file.dialect.encoding.startswith("utf") else file.dialect.encoding
    dialect = Dialect(file.dialect.delimiter, file.dialect.quote, encoding, file.dialect.strict)

    def again(parts: Sequence[str]) -> CsvFile:
        return CsvFile(file.name, "".join(parts).encode(encoding), dialect)

    best = again([text])
    if not is_unexplained(judge, best):
        return file
    for cut in (str.splitlines, list):
        parts = cut(best.data.decode(encoding), True) if cut is str.splitlines else list(best.data.decode(encoding))
        size = max(1, len(parts) // 2)
        while True:
            for start in range(0, len(parts), size):
                fewer = parts[:start] + parts[start + size :]
                if len(fewer) < len(parts) and is_unexplained(judge, again(fewer)):
                    parts = fewer
                    break
            else:
                if size == 1:
                    break
                size = max(1, size // 2)
        best = again(parts)
    return best
