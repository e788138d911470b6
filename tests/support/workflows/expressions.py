"""The part of GitHub's expressions that our workflows use: names, texts in quotes, `==` and `&&`.

https://docs.github.com/en/actions/reference/workflows-and-actions/expressions
"""

import re
from collections.abc import Mapping
from typing import Any

_INSERTED = re.compile(r"\$\{\{(.+?)\}\}")
_NAME = re.compile(r"[a-z_][\w-]*(\.[A-Za-z_][\w-]*)*")


def filled(value: Any, names: Mapping[str, Any]) -> Any:
    """A value of a workflow, with the expressions in its texts replaced by what they stand for."""
    if isinstance(value, str):
        return _INSERTED.sub(lambda found: _text(evaluated(found[1], names)), value)
    if isinstance(value, Mapping):
        return {key: filled(inner, names) for key, inner in value.items()}
    return value


def holds(condition: str, names: Mapping[str, Any]) -> bool:
    """Whether an `if` holds."""
    return all(_compared(part, names) for part in condition.split("&&"))


def _compared(part: str, names: Mapping[str, Any]) -> bool:
    left, operator, right = part.partition("==")
    assert operator, f"this test does not know the condition {part!r}"
    return bool(evaluated(left, names) == evaluated(right, names))


def evaluated(text: str, names: Mapping[str, Any]) -> Any:
    """A text in quotes, or what a name stands for: nothing where a context has no such entry, as on GitHub."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1]
    assert _NAME.fullmatch(text), f"this test does not know the expression {text!r}"
    first, *rest = text.split(".")
    found: Any = names[first]
    for name in rest:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _text(value: Any) -> str:
    return "" if value is None else str(value)
