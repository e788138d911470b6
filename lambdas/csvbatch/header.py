"""Compares a file's header line with its contract."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from csvbatch.contract import Contract

_MOST_NAMED = 10
_MOST_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class HeaderMatch:
    """Where the contract's columns are in a row of the file, and how many fields such a row has."""

    positions: tuple[int, ...]
    width: int


class HeaderFault(StrEnum):
    """What can be wrong with a header."""

    UNRECOGNISED = "unrecognised"
    MISSING = "missing"
    EXTRA = "extra"
    REPEATED = "repeated"
    REORDERED = "reordered"


@dataclass(frozen=True, slots=True)
class HeaderProblem:
    """One fault of a header, the columns it concerns, and a sentence that says what to do."""

    fault: HeaderFault
    columns: tuple[str, ...]
    sentence: str

    def __str__(self) -> str:
        return self.sentence


class HeaderError(Exception):
    """The header does not fit the contract; `problems` has every fault.

    A first line that has less than half of the contract's columns may be a row of data, so nothing of it is
    repeated in the problems.
    """

    def __init__(self, problems: Sequence[HeaderProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def match_header(contract: Contract, header: Sequence[str]) -> HeaderMatch:
    """Find the contract's columns in a header; raises `HeaderError` with every fault."""
    expected = contract.headers
    places = {text: position for position, text in enumerate(header)}
    missing = [text for text in expected if text not in places]
    if 2 * len(missing) > len(expected):
        raise HeaderError([_unrecognised(contract, header, len(expected) - len(missing))])
    problems = [
        *_missing(missing),
        *_repeated(expected, header),
        *_extra(contract, header),
        *_reordered(contract, header),
    ]
    if problems:
        raise HeaderError(problems)
    return HeaderMatch(tuple(places[text] for text in expected), len(header))


def _unrecognised(contract: Contract, header: Sequence[str], found: int) -> HeaderProblem:
    expected = contract.headers
    sentence = (
        f"The first line has {found} of the {len(expected)} columns of dataset {contract.dataset!r}, so it "
        f"does not seem to be its header. Expected: {_names(expected)}."
    )
    if len(header) == 1:
        sentence += f" It is a single field: is the delimiter really {contract.delimiter!r}?"
    return HeaderProblem(HeaderFault.UNRECOGNISED, expected, sentence)


def _missing(columns: Sequence[str]) -> list[HeaderProblem]:
    if not columns:
        return []
    sentence = f"Columns are missing: {_names(columns)}. Add them, or take them out of the contract."
    return [HeaderProblem(HeaderFault.MISSING, tuple(columns), sentence)]


def _repeated(expected: Sequence[str], header: Sequence[str]) -> list[HeaderProblem]:
    counts = Counter(header)
    columns = tuple(text for text in expected if counts[text] > 1)
    if not columns:
        return []
    sentence = f"Columns are there more than once: {_names(columns)}. Keep one of each."
    return [HeaderProblem(HeaderFault.REPEATED, columns, sentence)]


def _extra(contract: Contract, header: Sequence[str]) -> list[HeaderProblem]:
    known = frozenset(contract.headers)
    columns = tuple(text for text in header if text not in known)
    if contract.accept_extra_columns or not columns:
        return []
    sentence = (
        f"The contract has no columns {_names(columns)}. Leave them out, add them to the contract, or set "
        "accept_extra_columns."
    )
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
    shown = ", ".join(repr(_shortened(text)) for text in columns[:_MOST_NAMED])
    left_out = len(columns) - _MOST_NAMED
    return f"{shown} and {left_out:,} more" if left_out > 0 else shown


def _shortened(text: str) -> str:
    return text if len(text) <= _MOST_CHARACTERS else f"{text[: _MOST_CHARACTERS - 1]}…"
