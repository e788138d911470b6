"""What the state backend holds of each unit: how often it was written, and its outputs as a digest."""

import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import yaml
from botocore.exceptions import BotoCoreError, ClientError

from scripts.common.environments import Environment
from scripts.common.errors import UserError
from scripts.terragrunt import unit_states
from scripts.units.manifest import State, digest

NEVER_APPLIED = State(None, "", digest(b"{}"))


@dataclass(frozen=True, slots=True)
class Seen:
    """A unit's state, and the names of its outputs."""

    state: State
    outputs: frozenset[str]


def read(environment: Environment, units: Iterable[str], s3: Any) -> dict[str, Seen]:
    """The states of units; raises UserError where one cannot be read."""
    names = list(units)
    with ThreadPoolExecutor(max_workers=8) as several:
        return dict(zip(names, several.map(lambda name: _read(environment, name, s3), names), strict=True))


def _read(environment: Environment, unit: str, s3: Any) -> Seen:
    try:
        state = unit_states.stored(environment, unit, s3)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        raise UserError(
            f"The state of {unit} cannot be read ({code}): check the caller's permissions on "
            f"s3://{environment.state_name}/{environment.state_key(unit)}"
        ) from None
    except BotoCoreError as error:
        raise UserError(
            f"The state of {unit} cannot be read ({type(error).__name__}): check credentials and AWS_ENDPOINT_URL."
        ) from None
    if state is None:
        return Seen(NEVER_APPLIED, frozenset())
    try:
        found = json.loads(state)
        outputs = found["outputs"]
        values = json.dumps({name: one["value"] for name, one in outputs.items()}, sort_keys=True)
        return Seen(State(found["serial"], found["lineage"], digest(values.encode())), frozenset(outputs))
    except (ValueError, KeyError, TypeError):
        raise UserError(
            f"The state of {unit} cannot be read. See what there is: state-repair live/{environment.name}/{unit}"
        ) from None


def mocked(environment: Environment, needs: Iterable[str], seen: Mapping[str, Seen]) -> list[str]:
    """Those of the units needed that lack an output for which there is a mock: a plan would take the mock."""
    return sorted(one for one in needs if one in seen and _mock_names(environment, one) - seen[one].outputs)


def _mock_names(environment: Environment, unit: str) -> frozenset[str]:
    """The names of a unit's mocks. The file is a template of HCL; the names in it are as they stand."""
    file = environment.live / "_components" / f"{unit}.mocks.yaml"
    if not file.is_file():
        return frozenset()
    return frozenset(yaml.safe_load(file.read_text(encoding="utf-8")) or {})
