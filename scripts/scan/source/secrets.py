"""Finds secrets where Checkov has no check of its own: in variables' defaults, outputs, locals and modules' inputs."""

import re
from collections.abc import Iterator

from scripts.scan.secret_words import looks_like_a_secret, names_a_secret, reads_a_secret
from scripts.scan.source.text import Block, Node, Source, name

RULE = "CKV_CSV_9"
_ENVIRONMENT_NAME = re.compile(r"[A-Z][A-Z0-9_]+")
_NOTHING = ("null", '""', "{}", "[]")


def in_default(source: Source, block: Block) -> Iterator[int]:
    """A default, not null or empty, of a variable with a secret's name, and any default that looks like a secret."""
    named = any(names_a_secret(label) for label in block.labels)
    for attribute in _attributes(block):
        given = source.value(attribute)
        if name(attribute) == "default" and ((named and given not in _NOTHING) or looks_like_a_secret(given)):
            yield attribute.meta.line


def in_output(source: Source, block: Block) -> Iterator[int]:
    """An output with a secret's name, or that takes the value of one: outputs are plain text in the state."""
    if any(names_a_secret(label) for label in block.labels):
        yield block.first_line
    else:
        yield from (number for number, line in source.lines(block) if _is_secret(line))


def in_settings(source: Source, block: Block) -> Iterator[int]:
    """A setting named like an environment variable that is or takes a secret, and anything that looks like a secret."""
    yield from (number for number, line in source.lines(block) if looks_like_a_secret(line))
    for attribute in _attributes(block):
        given, called = source.value(attribute), name(attribute)
        named = names_a_secret(called) and given not in _NOTHING
        if _ENVIRONMENT_NAME.fullmatch(called) and (named or _is_secret(given)):
            yield attribute.meta.line


def _attributes(block: Block) -> Iterator[Node]:
    """Each attribute and each element of an object, at any depth."""
    yield from block.tree.find_pred(lambda tree: tree.data in ("attribute", "object_elem"))


def _is_secret(text: str) -> bool:
    return reads_a_secret(text) or looks_like_a_secret(text)
