"""Finds wildcards in what a policy grants, and whether a reason stands beside each."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from lark import Token

from scripts.scan.source.text import Block, Node, Source, name

RULE = "CKV_CSV_7"
_GRANTING = {
    *("actions", "not_actions", "resources", "not_resources", "identifiers", "values"),
    *("Action", "NotAction", "Resource", "NotResource", "Principal", "AWS"),
}
_EFFECT = ("effect", "Effect")
_PARTS_OF_A_STATEMENT = ("principals", "not_principals", "condition")
_INTERPOLATION = re.compile(r"(?<!\$)\$\{[^{}]*\}")


class _Place(NamedTuple):
    """Where a node stands: the attribute it is in, the lines where a reason counts, and whether it is only denied."""

    attribute: str = ""
    lines: tuple[int, ...] = ()
    denied: bool = False


def without_reason(source: Source, block: Block) -> Iterator[int]:
    """The lines of wildcards that grant something and have no remark on their line or directly above.

    Above means above the line, the attribute, or the block within a statement (its principals or condition) that they
    stand in. What a statement only denies needs no reason: a wildcard there takes more away.
    """
    for line, lines in _granted(block.tree, _Place()):
        if not any(map(source.explains, (line, *lines))):
            yield line


def _granted(node: Node | Token, place: _Place) -> Iterator[tuple[int, tuple[int, ...]]]:
    """The line of each such wildcard, and the lines where its reason may stand."""
    if isinstance(node, Token):
        if node.type == "STRING_LIT" and place.attribute in _GRANTING and not place.denied and "*" in _literal(node):
            yield node.line or 1, place.lines
        return
    inside = _inside(node, place)
    for child in node.children[1:] if node.data in ("attribute", "object_elem") else node.children:
        yield from _granted(child, inside)


def _inside(node: Node, place: _Place) -> _Place:
    """The place of a node's children."""
    attribute, lines, denied = place
    if node.data == "block":
        return _Place("", (*lines, node.meta.line) if name(node) in _PARTS_OF_A_STATEMENT else (), denied)
    if node.data in ("body", "object"):
        attribute, denied = "", denied or any(_denies(child) for child in node.children)
    elif node.data in ("attribute", "object_elem"):
        attribute = name(node)
    if node.data != "body" and node.children:
        lines = (*lines, node.meta.line)
    return _Place(attribute, lines, denied)


def _denies(node: Node | Token) -> bool:
    return not isinstance(node, Token) and name(node) in _EFFECT and '"Deny"' in list(node.scan_values(lambda _: True))


def _literal(token: Token) -> str:
    """A string without what it interpolates."""
    text, before = str(token), ""
    while text != before:
        text, before = _INTERPOLATION.sub("", text), text
    return text
