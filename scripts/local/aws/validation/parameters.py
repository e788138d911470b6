"""Finds strings and tags in the parameters of a request, at any depth."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_TAG_LISTS = frozenset({"Tags", "TagSet", "TagList", "tags"})


def without_white_space(policy: str) -> int:
    """The size of a policy in bytes, as AWS counts it."""
    return len(re.sub(r"\s", "", policy).encode())


def strings_of(value: Any, name: str, path: str = "") -> Iterator[tuple[str, str]]:
    """Every string with this member name, at any depth, with its path."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            where = f"{path}.{key}" if path else str(key)
            if key == name and isinstance(item, str):
                yield where, item
            else:
                yield from strings_of(item, name, where)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from strings_of(item, name, f"{path}[{index}]")


def tag_maps(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """Tags in both of AWS's forms: a map, or a list of keys and values."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            where = f"{path}.{key}" if path else str(key)
            if key in _TAG_LISTS and isinstance(item, Mapping) and all(isinstance(one, str) for one in item.values()):
                yield where, dict(item)
            elif key in _TAG_LISTS and isinstance(item, list) and all(isinstance(one, Mapping) for one in item):
                yield where, dict(_tag(one) for one in item)
            else:
                yield from tag_maps(item, where)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from tag_maps(item, f"{path}[{index}]")


def _tag(tag: Mapping[str, Any]) -> tuple[str, str]:
    key = next((tag[name] for name in ("Key", "TagKey", "key") if name in tag), "")
    value = next((tag[name] for name in ("Value", "TagValue", "value") if name in tag), "")
    return str(key), str(value or "")
