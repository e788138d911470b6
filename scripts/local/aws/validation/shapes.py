"""Checks parameters against the service models that botocore ships, which are AWS's own.

The models use Smithy's constraint traits (https://smithy.io/2.0/spec/constraint-traits.html): required members, length,
range, pattern and enumerations. botocore itself checks only required members, types and minimums before it sends a
request, and Terraform's provider uses another SDK, so the service has to check the rest.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import regex


@dataclass(frozen=True, slots=True)
class Violation:
    """A parameter that AWS refuses.

    Attributes
    ----------
    member
        Path of the parameter, such as `IpPermissions[0].Description`.
    rule
        What must hold, as a sentence that begins with "Member must".
    is_missing
        Whether the parameter is required and absent.
    source
        The page of the rule; empty for a rule of the service model.
    code
        The error code AWS answers with, where it is another than the service's usual one.
    message
        AWS's own words, where they are known.

    """

    member: str
    rule: str
    is_missing: bool = False
    source: str = ""
    code: str = ""
    message: str = ""


def violations(shape: Any, value: Any, path: str = "") -> Iterator[Violation]:
    """Every constraint of a botocore shape that a parsed value breaks.

    Idempotency tokens may be absent, because the server fills them in. Documents and streams are not checked.
    """
    match shape.type_name:
        case "structure":
            yield from _structure(shape, value, path)
        case "list":
            yield from _size(shape, len(value), path)
            for index, item in enumerate(value):
                yield from violations(shape.member, item, f"{path}[{index}]")
        case "map":
            yield from _size(shape, len(value), path)
            for key, item in value.items():
                yield from violations(shape.key, key, f"{path}.{key}")
                yield from violations(shape.value, item, f"{path}.{key}")
        case "string":
            yield from _string(shape, value, path)
        case "blob":
            yield from _blob(shape, value, path)
        case "integer" | "long" | "float" | "double":
            yield from _number(shape, value, path)


def constraints(shape: Any, seen: frozenset[str] = frozenset()) -> int:
    """The number of constraints of a shape and its members; a recursive shape counts once."""
    if shape is None or shape.name in seen:
        return 0
    seen |= {shape.name}
    own = len({"min", "max", "pattern", "enum"} & shape.metadata.keys()) + len(shape.metadata.get("required", ()))
    match shape.type_name:
        case "structure":
            return own + sum(constraints(member, seen) for member in shape.members.values())
        case "list":
            return own + constraints(shape.member, seen)
        case "map":
            return own + constraints(shape.key, seen) + constraints(shape.value, seen)
    return own


def _structure(shape: Any, value: Any, path: str) -> Iterator[Violation]:
    if shape.metadata.get("document") or not isinstance(value, Mapping):
        return
    prefix = f"{path}." if path else ""
    for name in shape.required_members:
        if value.get(name) is None and not shape.members[name].metadata.get("idempotencyToken"):
            yield Violation(f"{prefix}{name}", "Member must not be null", is_missing=True)
    for name, member in shape.members.items():
        if value.get(name) is not None:
            yield from violations(member, value[name], f"{prefix}{name}")


def _string(shape: Any, value: Any, path: str) -> Iterator[Violation]:
    if not isinstance(value, str):
        return
    yield from _size(shape, len(value), path)
    allowed: Sequence[str] = shape.metadata.get("enum", ())
    if allowed and value not in allowed:
        yield Violation(path, f"Member must satisfy enum value set: [{', '.join(allowed)}]")
    pattern = shape.metadata.get("pattern")
    if pattern and (compiled := compile_pattern(pattern)) and not compiled.search(value):
        yield Violation(path, f"Member must satisfy regular expression pattern: {pattern}")


def _blob(shape: Any, value: Any, path: str) -> Iterator[Violation]:
    if isinstance(value, bytes | str):
        yield from _size(shape, len(value), path)


def _number(shape: Any, value: Any, path: str) -> Iterator[Violation]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and value < least:
        yield Violation(path, f"Member must have value greater than or equal to {least}")
    if most is not None and value > most:
        yield Violation(path, f"Member must have value less than or equal to {most}")


def _size(shape: Any, size: int, path: str) -> Iterator[Violation]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        yield Violation(path, f"Member must have length greater than or equal to {least}")
    if most is not None and size > most:
        yield Violation(path, f"Member must have length less than or equal to {most}")


_SURROGATES = r"\uD800\uDC00-\uDBFF\uDFFF"
"""How Java's expressions write the characters above U+FFFF."""


@cache
def compile_pattern(pattern: str) -> regex.Pattern[str] | None:
    r"""Compile a pattern of a service model; None where Python cannot read it.

    A pattern without anchors has to match the whole value. The Smithy specification says otherwise, a part is enough
    (https://smithy.io/2.0/spec/constraint-traits.html#pattern-trait), but the services answer as if it were anchored.
    No page of AWS states this rule; these answers of AWS show it, each by a pattern without anchors that a search finds
    in the refused value:

    - Lambda, `(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()`: https://github.com/highsource/bitcoin-a-day/issues/1
    - CloudWatch Logs, `[\.\-_/#A-Za-z0-9]+` and a name with a colon:
      https://github.com/awslabs/aws-embedded-metrics-java/issues/65
    - STS, `[\w+=,.@-]*` and a name with a slash: https://github.com/zalando-stups/aws-credentials-service/issues/7
    - DynamoDB, `[a-zA-Z0-9_.-]+` and a name in quotation marks: https://github.com/aws/aws-cli/issues/790
    """
    text = pattern.replace(_SURROGATES, r"\U00010000-\U0010FFFF")
    whole = text if text.startswith("^") or text.endswith("$") else f"^(?:{text})$"
    # Only version 1 of the module's syntax has set intersections; version 0 reads everything else as Java does.
    version = regex.VERSION1 if "&&" in whole else regex.VERSION0
    try:
        return regex.compile(whole.removesuffix("$") + r"\Z" if whole.endswith("$") else whole, version)
    except regex.error:
        return None
