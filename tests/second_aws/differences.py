"""Differences between the two, and the table that gives a reason for each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

TABLE = Path(__file__).with_name("differences.yaml")
KINDS = ("plan", "answer", "refusal", "denial", "event")
RIGHT = ("ours", "MiniStack", "both", "neither")
NO_PAGE = "none"
_WILDCARD = "*"


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """One call to which the two answer differently; `call` names it, with the member of the answer after a colon."""

    kind: str
    call: str
    ours: str
    ministack: str

    def __str__(self) -> str:
        """One line, as the command prints it."""
        return f"{self.kind}: {self.call}: ours {self.ours!r}, MiniStack {self.ministack!r}"


@dataclass(frozen=True, slots=True)
class Row:
    """A reason for differences: which calls, what each of the two answers, who is right by which page, and why.

    `*` in a call or an answer stands for any text.
    """

    kind: str
    calls: tuple[str, ...]
    ours: str
    ministack: str
    right: str
    page: str
    reason: str

    def explains(self, difference: Difference) -> bool:
        """Whether it is about this difference."""
        return (
            self.kind == difference.kind
            and _matches(difference.ours, self.ours)
            and _matches(difference.ministack, self.ministack)
            and any(_matches(difference.call, call) for call in self.calls)
        )

    def unused(self, differences: Sequence[Difference]) -> list[str]:
        """Those of its calls that no difference needs."""
        explained = [one for one in differences if self.explains(one)]
        return [call for call in self.calls if not any(_matches(one.call, call) for one in explained)]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the table says of a run's differences."""

    explained: list[tuple[Difference, Row]] = field(default_factory=list)
    unexplained: list[Difference] = field(default_factory=list)
    unneeded: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether each difference has a reason, and each reason is needed."""
        return not self.unexplained and not self.unneeded


def judge(differences: Iterable[Difference], table: Sequence[Row], kinds: Iterable[str] = KINDS) -> Judgement:
    """Give each difference its reason; rows are held to be needed only for the kinds that were compared."""
    found = sorted(set(differences))
    judgement = Judgement()
    for difference in found:
        row = next((row for row in table if row.explains(difference)), None)
        if row:
            judgement.explained.append((difference, row))
        else:
            judgement.unexplained.append(difference)
    compared = set(kinds)
    judgement.unneeded.extend(
        f"{row.kind}: {call}" for row in table if row.kind in compared for call in row.unused(found)
    )
    return judgement


def read(file: Path = TABLE) -> list[Row]:
    """The table; raises ValueError where a row is not complete."""
    return [_row(content) for content in yaml.safe_load(file.read_text(encoding="utf-8")) or []]


def _row(content: dict[str, Any]) -> Row:
    row = Row(**{**content, "calls": tuple(content["calls"])})
    if row.kind not in KINDS or row.right not in RIGHT:
        raise ValueError(f"{row.calls}: kind is one of {KINDS}, right one of {RIGHT}")
    if not row.calls or not row.reason.strip() or not row.page:
        raise ValueError(f"{row.calls}: calls, reason and page must be given; a page that nobody found is {NO_PAGE!r}")
    return row


def _matches(text: str, pattern: str) -> bool:
    """`*` is the only wildcard: calls and answers may have brackets and question marks."""
    escaped = pattern.replace("[", "[[]").replace("?", "[?]")
    return text == pattern or (_WILDCARD in pattern and fnmatchcase(text, escaped))
