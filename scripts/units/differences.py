"""Turns the values of a resource before and after a change into readable lines, without sensitive values."""

import difflib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

SENSITIVE = "(sensitive)"
UNKNOWN = "(known after apply)"
CONTEXT_LINES = 2
MAX_LINE = 400
"""Longer lines are cut, in characters: nobody reads them, and one could fill a page."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a difference; the sign is `-`, `+`, or a space for context."""

    sign: str
    text: str

    def __str__(self) -> str:
        """As in a unified diff."""
        return f"{self.sign} {self.text}"


@dataclass(frozen=True, slots=True)
class Values:
    """A value before and after, what is sensitive or not known yet in it, and attributes that force a replacement.

    `before_sensitive`, `after_sensitive` and `after_unknown` have the shape of the value, with `true` in the places.
    """

    before: Any
    after: Any
    before_sensitive: Any = False
    after_sensitive: Any = False
    after_unknown: Any = False
    forces: frozenset[str] = frozenset()


class _Marker(str):
    """What stands in the place of a value; printed without quotation marks."""


def lines(values: Values) -> tuple[Line, ...]:
    """The attributes that differ, each as lines; a new resource shows what is set, a destroyed one what was."""
    # What is sensitive on one side is masked on both: the other side may be the same value.
    sensitive = _united(values.before_sensitive, values.after_sensitive)
    if sensitive is True:
        sensitive = dict.fromkeys({**(values.before or {}), **(values.after or {})}, True)
    before = _attributes(masked(values.before, sensitive, False))
    after = _attributes(masked(values.after, sensitive, values.after_unknown))
    raw_before, raw_after = _attributes(values.before), _attributes(values.after)
    found: list[Line] = []
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        note = "  # forces replacement" if name in values.forces else ""
        if old == new and raw_before.get(name) != raw_after.get(name):
            found += [Line("-", f"{name} = {SENSITIVE}"), Line("+", f"{name} = (another sensitive value){note}")]
        elif old != new:
            found += _attribute(name, old, new, note)
    return tuple(Line(line.sign, _cut(line.text)) for line in found)


def masked(value: Any, sensitive: Any, unknown: Any) -> Any:
    """The value with a marker in each place that is sensitive or not known yet; that nothing is set is not hidden."""
    if value is None and unknown in (False, None):
        return None
    if sensitive is True:
        return _Marker(SENSITIVE)
    if unknown is True:
        return _Marker(UNKNOWN)
    if isinstance(value, dict) or isinstance(unknown, dict):
        parts = value if isinstance(value, dict) else {}
        names = parts.keys() | (unknown.keys() if isinstance(unknown, dict) else set())
        return {name: masked(parts.get(name), _part(sensitive, name), _part(unknown, name)) for name in sorted(names)}
    if isinstance(value, list) or isinstance(unknown, list):
        rows = zip_longest(value or [], unknown if isinstance(unknown, list) else [], fillvalue=None)
        return [masked(one, _part(sensitive, at), there) for at, (one, there) in enumerate(rows)]
    return value


def _part(found: Any, key: str | int) -> Any:
    """What holds for a part of a value; where it cannot be told, everything inside is as sensitive as the whole."""
    if isinstance(found, Mapping):
        return found.get(key, False)
    if isinstance(found, list) and isinstance(key, int):
        return found[key] if key < len(found) else any(map(_any, found))
    return found


def _any(found: Any) -> bool:
    """Whether anything inside is marked."""
    if isinstance(found, Mapping):
        return any(map(_any, found.values()))
    return any(map(_any, found)) if isinstance(found, list) else bool(found)


def _united(one: Any, other: Any) -> Any:
    """What is marked in either; an empty object or list marks nothing."""
    if one is True or other is True:
        return True
    if isinstance(one, dict) and isinstance(other, dict):
        return {key: _united(one.get(key, False), other.get(key, False)) for key in one.keys() | other.keys()}
    if isinstance(one, list) and isinstance(other, list):
        return [_united(first, second) for first, second in zip_longest(one, other, fillvalue=False)]
    return one if _any(one) else other


def _attributes(value: Any) -> dict[str, Any]:
    """The attributes that are set; nulls and empty collections say nothing."""
    return {name: one for name, one in (value or {}).items() if one is not None and one != [] and one != {}}


def _attribute(name: str, old: Any, new: Any, note: str) -> Iterator[Line]:
    before = [] if old is None else _printed(name, old)
    after = [] if new is None else _printed(name, new)
    if not before or not after or len(before) == len(after) == 1:
        yield from (Line("-", text) for text in before)
        yield from (Line("+", text + note) for text in after or ([f"{name} = null"] if note else []))
        return
    if note:
        yield Line(" ", f"{name}:{note}")
    for text in list(difflib.unified_diff(before, after, lineterm="", n=CONTEXT_LINES))[2:]:
        yield Line(" ", "…") if text.startswith("@@") else Line(text[0], text[1:])


def _printed(name: str, value: Any) -> list[str]:
    """The lines of `name = value`; JSON in a text is shown as what it holds."""
    held = _json(value)
    text = f"{name} = jsonencode({_pretty(held)})" if held is not None else f"{name} = {_pretty(_set(value))}"
    return text.split("\n")


def _set(value: Any) -> Any:
    """The value without attributes of nested blocks that are not set."""
    if isinstance(value, dict):
        return {name: _set(one) for name, one in value.items() if one is not None and one != [] and one != {}}
    return [_set(one) for one in value] if isinstance(value, list) else value


def _json(value: Any) -> Any:
    if isinstance(value, str) and not isinstance(value, _Marker) and value[:1] in {"{", "["}:
        try:
            return json.loads(value)
        except ValueError:
            return None
    return None


def _pretty(value: Any, indent: str = "") -> str:
    inner = indent + "  "
    if isinstance(value, _Marker):
        return str(value)
    if isinstance(value, dict) and value:
        rows = [f"{inner}{json.dumps(key, ensure_ascii=False)}: {_pretty(one, inner)}" for key, one in value.items()]
        return "{\n" + "\n".join(rows) + f"\n{indent}}}"
    if isinstance(value, list) and value:
        return "[\n" + "\n".join(f"{inner}{_pretty(one, inner)}" for one in value) + f"\n{indent}]"
    return json.dumps(value, ensure_ascii=False)


def _cut(text: str) -> str:
    """The text without characters that a terminal or a page would obey instead of showing, and not too long."""
    shown = "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in text)
    return shown if len(shown) <= MAX_LINE else f"{shown[:MAX_LINE]}… ({len(shown)} characters)"
