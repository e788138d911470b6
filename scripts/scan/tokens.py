"""Splits Terraform's language into tokens that keep their lines and comments, which its parsers drop.

The grammar: https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md#lexical-elements
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

_COMMENT = re.compile(r"(?:#|//)[^\n]*|/\*.*?\*/", re.DOTALL)
_HEREDOC = re.compile(r"<<-?([A-Za-z_][\w-]*)\n(.*?)^\s*\1$", re.DOTALL | re.MULTILINE)
_WORD = re.compile(r"[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*")
_SPACE = re.compile(r"[ \t\r]+")
_OPERATOR = re.compile(r"=>|==|!=|<=|>=|&&|\|\||.", re.DOTALL)


class Kind(StrEnum):
    """What a token is."""

    WORD = "word"
    STRING = "string"
    MARK = "mark"
    COMMENT = "comment"
    NEWLINE = "newline"


@dataclass(frozen=True, slots=True)
class Token:
    """A token, the line it begins on, and how it stands in the file.

    A string's text is without its quotes and without what it interpolates.
    """

    kind: Kind
    text: str
    line: int
    raw: str


def tokens(text: str) -> Iterator[Token]:
    """Every token of a file's text, in order; what is no Terraform comes out as some tokens or other."""
    position, line = 0, 1
    while position < len(text):
        kind, shown, end = _next(text, position)
        if kind is not None:
            yield Token(kind, shown, line, text[position:end])
        line += text.count("\n", position, end)
        position = end


def _next(text: str, position: int) -> tuple[Kind | None, str, int]:
    if found := _SPACE.match(text, position):
        return None, "", found.end()
    if text[position] == "\n":
        return Kind.NEWLINE, "\n", position + 1
    if found := _COMMENT.match(text, position):
        return Kind.COMMENT, found[0].lstrip("#/*").rstrip("*/").strip(), found.end()
    if found := _HEREDOC.match(text, position):
        return Kind.STRING, _literal(found[2]), found.end()
    if text[position] == '"':
        end = _end_of_string(text, position)
        return Kind.STRING, _literal(text[position + 1 : end - 1]), end
    if found := _WORD.match(text, position):
        return Kind.WORD, found[0], found.end()
    found = _OPERATOR.match(text, position)
    assert found, "any character is an operator"
    return Kind.MARK, found[0], found.end()


def _end_of_string(text: str, start: int) -> int:
    position = start + 1
    while position < len(text):
        if text[position] == "\\":
            position += 2
        elif text.startswith(("${", "%{"), position) and not text.startswith(("$${", "%%{"), position - 1):
            position = _end_of_interpolation(text, position + 2)
        elif text[position] == '"':
            return position + 1
        else:
            position += 1
    return position


def _end_of_interpolation(text: str, position: int) -> int:
    depth = 1
    while position < len(text) and depth:
        if text[position] == '"':
            position = _end_of_string(text, position)
            continue
        depth += {"{": 1, "}": -1}.get(text[position], 0)
        position += 1
    return position


def _literal(inner: str) -> str:
    """The text of a string, with a brace pair in the place of each thing it interpolates."""
    shown, position = [], 0
    while position < len(inner):
        if inner.startswith(("${", "%{"), position) and not inner.startswith(("$${", "%%{"), max(position - 1, 0)):
            position = _end_of_interpolation(inner, position + 2)
            shown.append("{}")
        else:
            shown.append(inner[position])
            position += 1
    return "".join(shown)
