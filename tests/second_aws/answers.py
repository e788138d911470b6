"""Asks both the same calls, and compares the answers member by member."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import jmespath
import yaml
from botocore.exceptions import BotoCoreError, ClientError

from tests.second_aws.differences import Difference
from tests.second_aws.states import ACCOUNT, Resource
from tests.support.platform import Platform

QUESTIONS = Path(__file__).with_name("questions.yaml")
ABSENT = "absent"
TIME = "<time>"
CHOSEN = "<chosen>"
_IGNORED = frozenset({"ResponseMetadata"})
_CHOSEN = frozenset(
    {
        *("RevisionId", "RoleId", "UserId", "ETag", "VersionId", "CurrentKeyMaterialId", "ZoneId", "Location"),
        *("AssociationId", "RouteTableAssociationId", "NetworkAclAssociationId"),
    }
)
"""Members whose value the service chooses by itself, again each time."""
_TIMES = frozenset(
    {
        *("CreatedTimestamp", "LastModifiedTimestamp", "LastModified", "CreationDate", "creationTime"),
        *("AlarmConfigurationUpdatedTimestamp", "StateUpdatedTimestamp", "StateTransitionedTimestamp"),
    }
)
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_ADDRESS = re.compile(r"(?<=://)127\.0\.0\.1:\d+")
_NAMES = ("Key", "key", "Name", "Id", "ID", "Sid", "RuleName", "KeyId", "AliasName", "FunctionName", "GroupId")
"""Members that tell the items of a list apart."""


class _Named(dict[str, Any]):
    """The items of a list by their names."""


@dataclass(frozen=True, slots=True)
class Question:
    """One call: service, operation as boto3 spells it, parameters, and what it is about."""

    service: str
    operation: str
    parameters: Mapping[str, Any]
    about: str

    @property
    def name(self) -> str:
        """Service and operation, as AWS spells the operation."""
        return f"{self.service} {''.join(word.title() for word in self.operation.split('_'))}"


OBJECT = "reports/second-aws.txt"


def account(platform: Platform, bucket: str) -> Resource:
    """What is asked once: of the account, and of an object that is put into a bucket for it."""
    version = platform.client("s3").put_object(Bucket=bucket, Key=OBJECT, Body=b"0123456789")["VersionId"]
    return Resource(ACCOUNT, ACCOUNT, {"bucket": bucket, "key": OBJECT, "version": version})


def questions(resources: Sequence[Resource], file: Path = QUESTIONS) -> dict[tuple[str, str, int], Question]:
    """What to ask one of the two about its resources, by call and address."""
    listed = yaml.safe_load(file.read_text(encoding="utf-8"))
    asked: dict[tuple[str, str, int], Question] = {}
    for one in resources:
        for number, entry in enumerate(listed.get(one.kind, [])):
            ((call, template),) = entry.items()
            service, operation = call.split()
            question = Question(service, operation, _filled(template, one.attributes), one.address)
            asked[one.address, call, number] = question
    return asked


def ask(platform: Platform, question: Question) -> Any:
    """The answer; where it is an error, its code."""
    try:
        answer = getattr(platform.client(question.service), question.operation)(**question.parameters)
    except ClientError as error:
        return {"Error": str(error.response["Error"]["Code"])}
    except (BotoCoreError, ValueError) as error:
        # A model that the answer does not fit.
        return {"Error": type(error).__name__}
    if "Body" in answer:
        answer["Body"] = answer["Body"].read().decode()
    return answer


def compared(name: str, ours: Any, ministack: Any, kind: str = "answer") -> Iterator[Difference]:
    """Each member that differs, of two normalised answers to one call."""
    for path, mine, other in _different(ours, ministack, ""):
        yield Difference(kind, f"{name}: {path}", _short(mine), _short(other))


def normalised(value: Any, identifiers: Mapping[str, str], member: str = "", chosen: frozenset[str] = _CHOSEN) -> Any:
    """An answer without what differs from one AWS to the next: identifiers, times, and the order of lists.

    `chosen` are the members whose value the service chooses by itself.
    """
    if isinstance(value, dict):
        return {
            _renamed(str(name), identifiers): normalised(inner, identifiers, str(name), chosen)
            for name, inner in value.items()
            if name not in _IGNORED
        }
    if isinstance(value, list):
        return _by_name([normalised(item, identifiers, member, chosen) for item in value])
    if member in chosen:
        return CHOSEN
    if isinstance(value, datetime) or member in _TIMES:
        return TIME
    if isinstance(value, str):
        return _of_text(value, identifiers)
    return value


def _of_text(text: str, identifiers: Mapping[str, str]) -> Any:
    text = _ADDRESS.sub("<endpoint>", text)
    if text.startswith(("{", "[")):
        try:
            # A document, such as a policy: its white space says nothing.
            return normalised(json.loads(text), identifiers)
        except ValueError:
            pass
    return TIME if _DATE.match(text) else _renamed(text, identifiers)


def _renamed(text: str, identifiers: Mapping[str, str]) -> str:
    for known in sorted(identifiers, key=len, reverse=True):
        if known in text:
            text = text.replace(known, identifiers[known])
    return text


def _by_name(items: list[Any]) -> Any:
    """A list as an object by the name of each item; sorted where the items have none."""
    for name in _NAMES:
        if items and all(isinstance(item, dict) and isinstance(item.get(name), str) for item in items):
            named = _Named({item[name]: item for item in items})
            if len(named) == len(items):
                return named
    return sorted(items, key=lambda item: json.dumps(item, sort_keys=True, default=str))


def _different(ours: Any, other: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(ours, dict) and isinstance(other, dict):
        items = isinstance(ours, _Named) or isinstance(other, _Named)
        for name in sorted({*ours, *other}):
            both = name in ours and name in other
            inner = f"{path}[]" if items and both else f"{path}.{name}" if path else name
            yield from _different(ours.get(name, ABSENT), other.get(name, ABSENT), inner)
    elif isinstance(ours, list) and isinstance(other, list) and len(ours) == len(other):
        for mine, its in zip(ours, other, strict=True):
            yield from _different(mine, its, f"{path}[]")
    elif ours != other:
        yield path, ours, other


def _filled(template: Any, attributes: Mapping[str, Any]) -> Any:
    """The template with the resource's attributes for `$expression`."""
    if isinstance(template, dict):
        return {name: _filled(value, attributes) for name, value in template.items()}
    if isinstance(template, list):
        return [_filled(value, attributes) for value in template]
    if isinstance(template, str) and template.startswith("$"):
        return jmespath.search(template.removeprefix("$"), attributes)
    return template


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
    return text if len(text) <= 200 else f"{text[:200]}…"
