"""Reads the values of a resource as Checkov passes them to a check: from the source or from a plan, in nested lists.

In the source, an attribute that depends on a variable is the text of its expression. In a plan, an attribute that is
known only after the apply is missing, or is the address that it refers to.
"""

import re
from collections.abc import Iterator
from typing import Any

Conf = dict[str, Any]

_INSTANCE = re.compile(r"\[[^\]]*\]$")


def value(conf: Conf, name: str) -> Any:
    """An attribute without the lists around it; None where it is not set."""
    found = conf.get(name)
    while isinstance(found, list) and len(found) == 1:
        found = found[0]
    return None if found in ([], "", {}) else found


def values(conf: Conf, name: str) -> list[Any]:
    """Every element of an attribute that is a list."""
    return list(_flat(conf.get(name)))


def block(conf: Conf, name: str) -> Conf:
    """A nested block; empty where there is none."""
    return next(blocks(conf, name), {})


def blocks(conf: Conf, name: str) -> Iterator[Conf]:
    """Every nested block of that name."""
    return (found for found in _flat(conf.get(name)) if isinstance(found, dict))


def number(conf: Conf, name: str, default: int | None = None) -> int | None:
    """A number; the default where it is not set, None where it is an expression."""
    found = value(conf, name)
    if found is None:
        return default
    try:
        return int(found)
    except (TypeError, ValueError):
        return None


def preconditions(conf: Conf) -> list[str]:
    """The conditions of a resource's preconditions; a plan does not contain them."""
    stated = blocks(block(conf, "lifecycle"), "precondition")
    return [str(value(one, "condition")) for one in stated]


def in_plan(conf: Conf) -> bool:
    """Whether the resource is in a plan, not in the source."""
    return "__change_actions__" in conf


def neighbours(check: Any, conf: Conf, kind: str) -> dict[str, Conf]:
    """Every resource of a kind, by name, in the same module of the same plan or folder as the resource checked."""
    vertices = [] if check.graph is None else list(_vertices(check.graph))
    place, module = _place(_file(check, conf, vertices)), _module(conf)
    return {
        name: found
        for vertex in vertices
        if vertex.get("resource_type") == kind and _place(str(vertex["file_path_"])) == place
        for name, found in vertex["config_"][kind].items()
        if _module(found) == module
    }


def _flat(found: Any) -> Iterator[Any]:
    if isinstance(found, list):
        for one in found:
            yield from _flat(one)
    elif found is not None:
        yield found


def _vertices(graph: Any) -> Iterator[Conf]:
    return (vertex for _, vertex in graph.nodes() if vertex.get("block_type_") == "resource")


def _file(check: Any, conf: Conf, vertices: list[Conf]) -> str:
    """The file of the resource being checked; for the source, Checkov gives its path below the folder it scans."""
    if in_plan(conf):
        return str(value(conf, "__file__"))
    below = str(check.entity_path).partition(":")[0]
    ending = {str(vertex["file_path_"]) for vertex in vertices if str(vertex["file_path_"]).endswith(below)}
    return min(ending, key=len, default=below)


def _place(path: str) -> str:
    return path if path.endswith(".json") else path.rpartition("/")[0]


def _module(conf: Conf) -> str:
    """The module part of an address; empty for the root module."""
    address = _INSTANCE.sub("", str(conf.get("__address__", "")))
    return address.rpartition(".")[0].rpartition(".")[0]
