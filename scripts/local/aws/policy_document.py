"""Evaluates one policy document as IAM does, as far as a local AWS knows the request context.

Rules: "IAM JSON policy elements: Condition operators" and "Policy evaluation logic" of the IAM User Guide. A statement
whose condition asks for a key that `RequestContext` does not know (the VPC endpoint of the caller, for example) does
not apply: it neither denies nor allows.
"""

import base64
import fnmatch
import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Any

_ACCOUNT_OF_ARN = re.compile(r"arn:[^:]*:iam::(\d{12}):root")
_OPERATOR = re.compile(r"(?:(?P<set>ForAllValues|ForAnyValue):)?(?P<name>\w+?)(?P<if_exists>IfExists)?")


class Decision(Enum):
    """The outcome of a policy for a request."""

    ALLOW = "allow"
    DENY = "deny"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class RequestContext:
    """The condition keys of a request, as far as they are known.

    `values` are the keys it has; `absent` are keys that it is known not to have, where a trailing `*` matches any
    suffix. Names are not case-sensitive.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()

    def knows(self, key: str) -> bool:
        """Whether the value or absence of this key is known."""
        name = key.lower()
        return name in self.values or any(fnmatch.fnmatchcase(name, pattern) for pattern in self.absent)

    def get(self, key: str) -> str | None:
        """Its value; None if the request does not have it."""
        return self.values.get(key.lower())

    def with_values(self, values: Mapping[str, str]) -> "RequestContext":
        """A copy with additional values."""
        return RequestContext({**self.values, **values}, self.absent)


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller: an AWS service, an identity of an account, or the holder of a token of an identity provider."""

    account_id: str = ""
    arn: str = ""
    service: str = ""
    federated: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """One action on one resource."""

    action: str
    resource: str
    principal: Principal = field(default_factory=Principal)
    context: RequestContext = field(default_factory=RequestContext)


def decide(document: Mapping[str, Any], request: Request) -> Decision:
    """The combined decision of all statements: a deny wins over an allow."""
    decisions = {decide_statement(each, request) for each in _listed(document.get("Statement"))}
    for decision in (Decision.DENY, Decision.ALLOW):
        if decision in decisions:
            return decision
    return Decision.NEUTRAL


def decide_statement(statement: Mapping[str, Any], request: Request) -> Decision:
    """The decision of one statement."""
    applies = (
        _matches(statement, "Action", request.action, ignore_case=True)
        and _matches(statement, "Resource", request.resource)
        and _matches_principal(statement, request.principal)
        and _conditions_hold(statement.get("Condition", {}), request.context)
    )
    if not applies:
        return Decision.NEUTRAL
    return Decision.ALLOW if statement["Effect"] == "Allow" else Decision.DENY


def _matches(statement: Mapping[str, Any], element: str, value: str, *, ignore_case: bool = False) -> bool:
    def any_matches(patterns: Any) -> bool:
        return any(_like(value, pattern, ignore_case=ignore_case) for pattern in _listed(patterns))

    if f"Not{element}" in statement:
        return not any_matches(statement[f"Not{element}"])
    return element not in statement or any_matches(statement[element])


def _matches_principal(statement: Mapping[str, Any], principal: Principal) -> bool:
    if "NotPrincipal" in statement:
        return not _names(statement["NotPrincipal"], principal)
    return "Principal" not in statement or _names(statement["Principal"], principal)


def _names(element: Any, principal: Principal) -> bool:
    if not isinstance(element, Mapping):
        return bool(element == "*")
    if "*" in element:  # The form that Terragrunt writes into the policy of its state bucket.
        return True
    if principal.service:
        return principal.service in _listed(element.get("Service"))
    if principal.federated:
        return principal.federated in _listed(element.get("Federated"))
    return any(_is_identity(name, principal) for name in _listed(element.get("AWS")))


def _is_identity(name: str, principal: Principal) -> bool:
    account = _ACCOUNT_OF_ARN.fullmatch(name)
    return name in ("*", principal.account_id, principal.arn) or (
        account is not None and account[1] == principal.account_id
    )


def _conditions_hold(conditions: Mapping[str, Mapping[str, Any]], context: RequestContext) -> bool:
    return all(
        _condition_holds(operator, key, _listed(wanted), context)
        for operator, keys in conditions.items()
        for key, wanted in keys.items()
    )


def _condition_holds(operator: str, key: str, wanted: list[Any], context: RequestContext) -> bool:
    parts = _OPERATOR.fullmatch(operator)
    if parts is None or not context.knows(key):
        return False
    actual, name = context.get(key), parts["name"]
    texts = [str(value).lower() if isinstance(value, bool) else str(value) for value in wanted]
    if name == "Null":
        return (actual is None) == (texts == ["true"])
    negated = "Not" in name
    comparison = _COMPARISONS.get(name.replace("Not", ""))
    if comparison is None:
        return False
    if actual is None:
        return bool(parts["if_exists"]) or parts["set"] == "ForAllValues" or (negated and not parts["set"])
    return any(_compares(comparison, actual, text) for text in texts) != negated


def _compares(comparison: Callable[[str, str], bool], actual: str, wanted: str) -> bool:
    try:
        return comparison(actual, wanted)
    except ValueError:
        return False


def _like(value: str, pattern: str, *, ignore_case: bool = False) -> bool:
    expression = "".join({"*": ".*", "?": "."}.get(character) or re.escape(character) for character in pattern)
    return re.fullmatch(expression, value, re.DOTALL | (re.IGNORECASE if ignore_case else 0)) is not None


def _arn_like(value: str, pattern: str) -> bool:
    parts, patterns = value.split(":", 5), pattern.split(":", 5)
    return len(parts) == len(patterns) and all(map(_like, parts, patterns))


def _in_network(value: str, network: str) -> bool:
    return ipaddress.ip_address(value) in ipaddress.ip_network(network, strict=False)


def _moment(text: str) -> datetime:
    if text.isdecimal():
        return datetime.fromtimestamp(int(text), UTC)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _ordered[T](convert: Callable[[str], T], prefix: str) -> dict[str, Callable[[str, str], bool]]:
    def comparison(holds: Callable[[Any, Any], bool]) -> Callable[[str, str], bool]:
        return lambda actual, wanted: holds(convert(actual), convert(wanted))

    return {
        f"{prefix}Equals": comparison(lambda actual, wanted: actual == wanted),
        f"{prefix}LessThan": comparison(lambda actual, wanted: actual < wanted),
        f"{prefix}LessThanEquals": comparison(lambda actual, wanted: actual <= wanted),
        f"{prefix}GreaterThan": comparison(lambda actual, wanted: actual > wanted),
        f"{prefix}GreaterThanEquals": comparison(lambda actual, wanted: actual >= wanted),
    }


_COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda actual, wanted: actual == wanted,
    "StringEqualsIgnoreCase": lambda actual, wanted: actual.casefold() == wanted.casefold(),
    "StringLike": _like,
    "Bool": lambda actual, wanted: actual.lower() == wanted.lower(),
    "BinaryEquals": lambda actual, wanted: base64.b64decode(actual) == base64.b64decode(wanted),
    "IpAddress": _in_network,
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
    **_ordered(float, "Numeric"),
    **_ordered(_moment, "Date"),
}


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, Iterable) and not isinstance(value, (str, Mapping)) else [value]
