"""Holds Terraform sources to what versions 5 and 6 of the AWS provider both accept, by the table in provider_6.yaml.

The table is read by the names of blocks, arguments and references as they are written. A value that reaches an
expression by another name (`for one in aws_s3_bucket.this : one.region`) is not followed.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hcl2
import yaml

TABLE: dict[str, Any] = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
RULES = frozenset(
    {"gone", "deprecated", "fixed", "required", "default", "listed", "limited", "import", "removed", "kept"}
)
_COMMENT = re.compile(r"(?m)(?:#|//).*$")
_NOT_SET = frozenset({"gone", "deprecated", "fixed"})
_NOT_READ = frozenset({"gone", "deprecated", "listed"})
_NOT_USED = frozenset({"removed", "limited"})
_SET = frozenset({"required", "default"})


@dataclass(frozen=True, slots=True)
class Block:
    """A provider, a resource or a data source, with its arguments as python-hcl2 gives them."""

    kind: str
    type: str
    name: str
    arguments: Mapping[str, Any]

    def sets(self, path: str) -> bool:
        """Whether an argument or a nested block is written, `outer.inner` if it is nested."""
        return _is_written(self.arguments, path.split("."))

    @property
    def address(self) -> str:
        """How it is called in a message."""
        return ".".join(part for part in (self.kind, self.type, self.name) if part)


def blocks(source: str) -> Iterator[Block]:
    """The blocks of the AWS provider in a Terraform file, and its own."""
    parsed = hcl2.loads(source)
    for kind in ("resource", "data"):
        for labels in parsed.get(kind, []):
            ((quoted_type, named),) = labels.items()
            ((quoted_name, arguments),) = named.items()
            if (type_ := quoted_type.strip('"')).startswith("aws_"):
                yield Block(kind, type_, quoted_name.strip('"'), arguments)
    for labels in parsed.get("provider", []):
        if arguments := labels.get('"aws"'):
            yield Block("provider", "", "", arguments)


def used_types(sources: Mapping[str, str]) -> set[tuple[str, str]]:
    """Kind and type of every block."""
    return {(block.kind, block.type) for source in sources.values() for block in blocks(source)}


def problems(sources: Mapping[str, str]) -> list[str]:
    """What version 6 would refuse, warn about or understand otherwise; `sources` are texts by name."""
    return [f"{name}: {problem}" for name, source in sources.items() for problem in _of_file(source)]


def _of_file(source: str) -> Iterator[str]:
    for block in blocks(source):
        rules = TABLE["provider"] if block.kind == "provider" else TABLE[block.kind].get(block.type, {})
        yield from _of_block(block, rules)
        if block.kind != "provider":
            yield from _of_block(block, TABLE["every_type"])
    text = _COMMENT.sub("", source)
    for kind in ("resource", "data"):
        for type_, rules in TABLE[kind].items():
            yield from _reads(text, kind, type_, rules)
        yield from _reads(text, kind, r"aws_\w+", TABLE["every_type"])


def _of_block(block: Block, rules: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{block.address}: the type is {rule}: {rules[rule]}" for rule in sorted(_NOT_USED & rules.keys()))
    for rule in sorted(rules.keys() & (_NOT_SET | _SET)):
        for path in rules[rule]:
            if block.sets(path) is not (rule in _SET):
                yield f"{block.address}: {path} is {rule}"
    own = json.dumps(block.arguments)
    for rule in sorted(rules.keys() & _NOT_READ):
        yield from (f"{block.address}: self.{name} is {rule}" for name in rules[rule] if f"self.{name}" in own)


def _reads(text: str, kind: str, type_: str, rules: Mapping[str, Any]) -> Iterator[str]:
    before = r"(?<![\w.])data\." if kind == "data" else r"(?<![\w.])"
    for rule in sorted(rules.keys() & _NOT_READ):
        for name in rules[rule]:
            for found in re.finditer(rf"{before}{type_}\.\w+(?:\[[^\]]*\])*\.{name}\b", text):
                yield f"{found[0]} is {rule}"


def _is_written(arguments: Mapping[str, Any], path: list[str]) -> bool:
    inner = [labels.get(f'"{path[0]}"') for labels in arguments.get("dynamic", [])]
    found = arguments.get(path[0])
    below = [one for one in [*inner, *(found if isinstance(found, list) else [found])] if one is not None]
    if len(path) == 1:
        return bool(below)
    return any(isinstance(one, dict) and _is_written(one.get("content", [one])[0], path[1:]) for one in below)
