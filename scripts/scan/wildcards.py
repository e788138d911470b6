"""Finds wildcards in what is granted, and whether a reason stands beside each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from scripts.scan.tokens import Kind, Token

_GRANTING = {
    *("actions", "not_actions", "resources", "not_resources", "identifiers", "values"),
    *("Action", "NotAction", "Resource", "NotResource", "Principal", "AWS"),
}
_EFFECT = ("effect", "Effect")
_FEWEST_WORDS = 2
_DIRECTIVE = "checkov:"


@dataclass(frozen=True, slots=True)
class Wildcard:
    """A wildcard that nothing is said about."""

    attribute: str
    line: int


@dataclass(slots=True)
class _Level:
    """What stands between a pair of brackets: where it opens, the attribute it is of, and whether it only denies."""

    line: int
    bracket: str
    attribute: str
    name: str
    denies: bool = False
    current: str = field(default="")


class _Walk:
    """Walks through a block's tokens and keeps what encloses each."""

    def __init__(self, stream: Sequence[Token]) -> None:
        self._stream = [token for token in stream if token.kind is not Kind.COMMENT]
        self._levels: list[_Level] = []
        self.met: list[tuple[Token, list[_Level]]] = []

    def run(self) -> None:
        """Meet every string with a wildcard in it."""
        for position, token in enumerate(self._stream):
            if token.kind is Kind.MARK and token.text in "{[(":
                self._open(position, token)
            elif token.kind is Kind.MARK and token.text in "}])":
                self._levels = self._levels[:-1]
            elif self._levels and self._names_attribute(position):
                self._levels[-1].current = token.text
            elif token.kind is Kind.STRING and self._levels:
                self._meet(token)

    def _open(self, position: int, token: Token) -> None:
        outer = self._levels[-1] if self._levels else None
        before = self._stream[position - 1] if position else None
        is_block = token.text == "{" and before is not None and before.kind in (Kind.WORD, Kind.STRING)
        current = outer.current if outer else ""
        name = before.text if is_block and before else ""
        inherited = current if token.text != "{" or not is_block else ""
        self._levels.append(
            _Level(token.line, token.text, inherited, name, current="" if token.text == "{" else inherited)
        )

    def _names_attribute(self, position: int) -> bool:
        token = self._stream[position]
        if token.kind not in (Kind.WORD, Kind.STRING) or self._levels[-1].bracket != "{":
            return False
        before, after = self._stream[position - 1], self._stream[position + 1 : position + 2]
        starts = before.kind is Kind.NEWLINE or before.text in ("{", ",")
        return starts and bool(after) and after[0].kind is Kind.MARK and after[0].text in ("=", ":")

    def _meet(self, token: Token) -> None:
        level = self._levels[-1]
        if level.current in _EFFECT and token.text == "Deny":
            level.denies = True
        if "*" in token.text and level.current in _GRANTING:
            self.met.append((token, list(self._levels)))


def without_reason(stream: Sequence[Token]) -> Iterator[Wildcard]:
    """The wildcards in a block's tokens that grant something, with no comment on their line or directly above.

    Above means above the line, the attribute, or the block within a statement (its principals or condition) that they
    stand in. What a statement only denies needs no reason: a wildcard there takes more away.
    """
    remarks = _remarks(stream)
    code_lines = {token.line for token in stream if token.kind not in (Kind.COMMENT, Kind.NEWLINE)}
    walk = _Walk(stream)
    walk.run()
    for token, levels in walk.met:
        if not any(level.denies for level in levels) and not _explained(token, levels, remarks, code_lines):
            yield Wildcard(levels[-1].current, token.line)


def _explained(token: Token, levels: Sequence[_Level], remarks: set[int], code_lines: set[int]) -> bool:
    lines = {token.line}
    for level in reversed(levels):
        if level.name and level.name not in ("principals", "condition", "not_principals"):
            break
        lines.add(level.line)
    return any(line in remarks or (line - 1 in remarks and line - 1 not in code_lines) for line in lines)


def _remarks(stream: Sequence[Token]) -> set[int]:
    return {
        token.line + token.text.count("\n")
        for token in stream
        if token.kind is Kind.COMMENT
        and not token.text.startswith(_DIRECTIVE)
        and len(token.text.split()) >= _FEWEST_WORDS
    }
