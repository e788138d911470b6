"""What Terraform keeps of an environment, and which of its texts stand for the same on two AWSs."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scripts.common.environments import Environment
from tests.second_aws.units import flat

ACCOUNT = "account"
_IDENTIFIER = re.compile(r"(?:^|[._])(?:id|ids|arn|uuid|url|unique_id)(?:\.\d+)?$|dns_entry\.\d+\.dns_name$")
_SHORTEST = 8


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


def identifiers(ours: list[Resource], others: list[Resource]) -> tuple[dict[str, str], dict[str, str]]:
    """For each of two AWSs the texts that each chose by itself, such as IDs, with a name that is the same for both.

    Only attributes that hold identifiers count, so that a text that one of them has changed is not taken for one.
    """
    there = {one.address: flat(dict(one.attributes)) for one in others}
    names: tuple[dict[str, str], dict[str, str]] = ({}, {})
    for one in ours:
        for path, value in flat(dict(one.attributes)).items():
            other = there.get(one.address, {}).get(path)
            if not _IDENTIFIER.search(path) or value == other:
                continue
            for known, text in zip(names, (value, other), strict=True):
                if isinstance(text, str) and len(text) >= _SHORTEST:
                    known.setdefault(text, f"<{one.address} {path}>")
    return names
