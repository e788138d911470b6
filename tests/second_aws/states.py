"""What Terraform keeps of an environment, and which of its texts stand for the same on two AWSs."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scripts.common.environments import Environment
from tests.second_aws.units import flat

ACCOUNT = "account"
_IDENTIFIER = re.compile(
    r"(?:^|_)(?:id|ids|arn|uuid|url)(?:\.\d+)?$|^grant\.\d+\.id$|dns_entry\.\d+\.(?:dns_name|hosted_zone_id)$"
)
_SHORTEST = 8
_OWN = ("id", "arn")
"""What a resource is itself named by, which goes before what others refer to it by, perhaps in a list of any order."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One instance of a resource: its unit and address, its type, and its attributes."""

    address: str
    kind: str
    attributes: Mapping[str, Any]


def resources(environment: Environment, s3: Any) -> list[Resource]:
    """All managed resources in the states of an environment's units."""
    found: list[Resource] = []
    for unit in environment.units():
        answer = s3.get_object(Bucket=environment.state_name, Key=environment.state_key(unit))
        found.extend(of_state(unit, json.loads(answer["Body"].read())))
    return found


def of_state(unit: str, state: Mapping[str, Any]) -> Iterator[Resource]:
    """The managed resources of one unit's state."""
    for resource in state["resources"]:
        if resource["mode"] != "managed":
            continue
        module = f"{resource['module']}." if "module" in resource else ""
        for instance in resource["instances"]:
            index = f"[{json.dumps(instance['index_key'])}]" if "index_key" in instance else ""
            address = f"{unit}/{module}{resource['type']}.{resource['name']}{index}"
            yield Resource(address, resource["type"], instance["attributes"])


def _are_chosen(value: Any, other: Any) -> bool:
    """Whether two texts differ because each AWS made one up; one that holds the other was changed."""
    if not (isinstance(value, str) and isinstance(other, str)) or min(len(value), len(other)) < _SHORTEST:
        return False
    return not value.startswith("http") and other not in value and value not in other


def identifiers(ours: list[Resource], others: list[Resource]) -> tuple[dict[str, str], dict[str, str]]:
    """For each of two AWSs the texts that each chose by itself, such as IDs, with a name that is the same for both.

    Only attributes that hold identifiers count, so that a text that one of them has changed is not taken for one.
    """
    there = {one.address: flat(dict(one.attributes)) for one in others}
    found = [
        (path not in _OWN, one.address, path, value, there.get(one.address, {}).get(path))
        for one in ours
        for path, value in flat(dict(one.attributes)).items()
        if _IDENTIFIER.search(path)
    ]
    names: tuple[dict[str, str], dict[str, str]] = ({}, {})
    for _, address, path, value, other in sorted(found, key=lambda one: one[:3]):
        if _are_chosen(value, other):
            for known, text in zip(names, (value, other), strict=True):
                known.setdefault(text, f"<{address} {path}>")
    return names
