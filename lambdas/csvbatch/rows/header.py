"""Compares a file's header line with its contract."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from csvbatch.contract.model import Contract

_MOST_NAMED = 10
_MOST_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class HeaderMatch:
    """Positions of the contract's columns in a row of the file, and how many fields such a row has.

    `texts` are the header's own fields, with which a row that repeats them is recognized.
    """

    positions: tuple[int, ...]
    width: int
    texts: tuple[str, ...] = field(default=(), compare=False)


class HeaderFault(StrEnum):
    """What can be wrong with a header."""

    UNRECOGNISED = "unrecognised"
    MISSING = "missing"
    EXTRA = "extra"
    REPEATED = "repeated"
    REORDERED = "reordered"


@dataclass(frozen=True, slots=True)
class HeaderProblem:
    """One fault of a header, the columns that have it, and a sentence that says what to do."""

    fault: HeaderFault
    columns: tuple[str, ...]
    sentence: str

    def __str__(self) -> str:
        return self.sentence


class HeaderError(Exception):
    """The header does not fit the contract; `problems` has every fault.

    A first line with less than half of the contract's columns may be a row of data, so the problems quote nothing
    of it.
    """

    def __init__(self, problems: Sequence[HeaderProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def match_header(
    contract: Contract, header: Sequence[str], rows_after: Iterable[tuple[int, Sequence[str]]] = ()
) -> HeaderMatch:
    """Find the contract's columns in a header; raises `HeaderError` with every fault.

    `rows_after` are lines and fields of some rows that follow: the real header may be among them.
    """
    expected = contract.headers
    places = {text: position for position, text in enumerate(header)}
    missing = [text for text in expected if text not in places]
    alike = _alike(missing, [text for text in header if text not in expected])
    if 2 * (len(missing) - len(alike)) > len(expected):
        raise HeaderError([_unrecognised(contract, header, len(expected) - len(missing), rows_after)])
    problems = [
        *_missing(missing, alike),
        *_repeated(expected, header),
        *_extra(contract, header),
        *_reordered(contract, header),
    ]
    if problems:
        raise HeaderError(problems)
    return HeaderMatch(tuple(places[text] for text in expected), len(header), tuple(header))


def header_spellings(header: Sequence[str]) -> frozenset[str]:
    """Give the texts of a header in the spellings that it is likely to have where another file was appended."""
    return frozenset(
        spelling
        for text in header
        for spelling in (text, text.lower(), text.upper(), text.title(), text.capitalize(), f" {text}")
    )


def repeats_header(header: Sequence[str], fields: Sequence[str]) -> bool:
    """Whether a row's fields are those of the header, in any order.

    Blanks and case are ignored, unless there is one column: a value could be its name.
    """
    if len(fields) != len(header):
        return False
    if len(header) == 1:
        return fields[0] == header[0]
    return sorted(map(_simplified, fields)) == sorted(map(_simplified, header))


def _unrecognised(
    contract: Contract, header: Sequence[str], found: int, rows_after: Iterable[tuple[int, Sequence[str]]]
) -> HeaderProblem:
    expected = contract.headers
    sentence = (
        f"The first line has {found} of the {len(expected)} columns of dataset {contract.dataset!r}, so it "
        f"is probably not the header. Expected: {_names(expected)}."
    )
    line = _line_of_header(expected, rows_after)
    is_sep_line = _is_sep_line(contract, header)
    if is_sep_line:
        sentence += " It is a `sep=` line, which sets the delimiter in Excel and nowhere else: remove it."
    if line is not None:
        sentence += f" The header is on line {line}: remove the lines before it."
    elif len(header) == 1 and not is_sep_line:
        sentence += f" It is a single field: check that the delimiter is {contract.delimiter!r}."
    return HeaderProblem(HeaderFault.UNRECOGNISED, expected, sentence)


def _line_of_header(expected: Sequence[str], rows: Iterable[tuple[int, Sequence[str]]]) -> int | None:
    wanted = {_simplified(text) for text in expected}
    return next((line for line, fields in rows if wanted.issubset(map(_simplified, fields))), None)


def _is_sep_line(contract: Contract, header: Sequence[str]) -> bool:
    text = contract.delimiter.join(header).strip().strip(contract.quote).casefold()
    return text.startswith("sep=") and len(text) <= len("sep=") + 1


def _alike(missing: Sequence[str], others: Sequence[str]) -> dict[str, str]:
    """Give, for missing columns, texts of the header that differ only in blanks, case or invisible characters."""
    by_simplified = {_simplified(text): text for text in others if _simplified(text)}
    return {text: by_simplified[_simplified(text)] for text in missing if _simplified(text) in by_simplified}


def _simplified(text: str) -> str:
    """Drop blanks and invisible characters such as a BOM, and fold case."""
    return "".join(
        character
        for character in unicodedata.normalize("NFKC", text).casefold()
        if not character.isspace() and unicodedata.category(character) not in ("Cf", "Cc")
    )


def _missing(columns: Sequence[str], alike: Mapping[str, str]) -> list[HeaderProblem]:
    if not columns:
        return []
    sentence = f"Columns are missing: {_names(columns)}. Add them, or remove them from the contract."
    if alike:
        pairs = ", ".join(
            f"{_shown(found)} for {_shown(wanted)}" for wanted, found in list(alike.items())[:_MOST_NAMED]
        )
        sentence += (
            f" The file has {pairs}, which differs only in blanks, case or invisible characters: correct the "
            "file's header, or set the column's `header` in the contract to the file's text."
        )
    return [HeaderProblem(HeaderFault.MISSING, tuple(columns), sentence)]


def _repeated(expected: Sequence[str], header: Sequence[str]) -> list[HeaderProblem]:
    counts = Counter(header)
    columns = tuple(text for text in expected if counts[text] > 1)
    if not columns:
        return []
    sentence = f"Columns are repeated: {_names(columns)}. Keep one of each."
    return [HeaderProblem(HeaderFault.REPEATED, columns, sentence)]


def _extra(contract: Contract, header: Sequence[str]) -> list[HeaderProblem]:
    known = frozenset(contract.headers)
    columns = tuple(text for text in header if text not in known)
    if contract.accept_extra_columns or not columns:
        return []
    sentence = (
        f"The contract has no columns {_names(columns)}. Remove them, add them to the contract, or set "
        "accept_extra_columns."
    )
    if not any(columns):
        sentence += " They have no names: check for delimiters at the end of the line."
    return [HeaderProblem(HeaderFault.EXTRA, columns, sentence)]


def _reordered(contract: Contract, header: Sequence[str]) -> list[HeaderProblem]:
    present = frozenset(header)
    expected = [text for text in contract.headers if text in present]
    known = frozenset(expected)
    found = dict.fromkeys(text for text in header if text in known)
    columns = tuple(text for text, other in zip(found, expected, strict=True) if text != other)
    if contract.accept_reordered_columns or not columns:
        return []
    sentence = (
        f"Columns are in another order than in the contract: {_names(columns)}. Put them in the contract's "
        "order, or set accept_reordered_columns."
    )
    return [HeaderProblem(HeaderFault.REORDERED, columns, sentence)]


def _names(columns: Sequence[str]) -> str:
    shown = ", ".join(map(_shown, columns[:_MOST_NAMED]))
    left_out = len(columns) - _MOST_NAMED
    return f"{shown} and {left_out:,} more" if left_out > 0 else shown


def _shown(text: str) -> str:
    return repr(text if len(text) <= _MOST_CHARACTERS else f"{text[: _MOST_CHARACTERS - 1]}…")
