"""An environment of live/ on a local AWS of its own, driven by the real Terragrunt as its users drive it."""

import atexit
import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from scripts.common import environments
from scripts.common.paths import LIVE, REPOSITORY
from scripts.local.aws.behaviour import DEFAULT, Behaviour
from scripts.local.aws.server import LocalAws

TERRAGRUNT = str(Path(sys.executable).with_name("terragrunt"))
TOOLCHAIN = json.loads((REPOSITORY / ".tools" / "toolchain.json").read_text(encoding="utf-8"))
DEV = environments.default()
"""The environment that most tests apply: whichever is not production; its name, account and region may be anything."""
PRODUCTIONS = [name for name in environments.names() if environments.load(name).production]
BARE_TERRAGRUNT = str(TOOLCHAIN["terragrunt"])


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended, and all it printed."""

    status: int
    printed: str

    def expect_success(self) -> "Ran":
        assert self.status == 0, self.printed[-6000:]
        return self

    def expect_refusal(self) -> str:
        """The text of the refusal that ended it."""
        assert self.status != 0, self.printed[-6000:]
        found = re.search(r"^REFUSED: (.+)$", self.printed, re.MULTILINE)
        assert found, self.printed[-6000:]
        return found[1]


class Platform:
    """Runs commands against one environment; Terragrunt's cache is its own, so that a developer's is left alone.

    The environment may be that of a copy of the checkout, whose `live/` is given and whose own code then runs.
    """

    def __init__(self, environment: str, aws: LocalAws, cache: Path, live: Path = LIVE) -> None:
        self.environment = environments.load(environment, live)
        self.aws = aws
        self._cache = cache
        self._variables: dict[str, str] = {}
        if live != LIVE:
            self._variables["PYTHONPATH"] = os.pathsep.join(str(live.parent / name) for name in (".", "lambdas"))

    def setting(self, **variables: str) -> "Platform":
        """The same platform with further environment variables."""
        other = Platform(self.environment.name, self.aws, self._cache, self.environment.live)
        other._variables = {**self._variables, **variables}
        return other

    @property
    def variables(self) -> dict[str, str]:
        """What its commands run with."""
        return {
            **self.aws.environment,
            "TG_DOWNLOAD_DIR": str(self._cache),
            "TG_NON_INTERACTIVE": "true",
            "TG_NO_COLOR": "true",
            "TF_CLI_CONFIG_FILE": TOOLCHAIN["cli_configuration"],
            "TG_TF_PATH": TOOLCHAIN["engine"],
            **self._variables,
        }

    def terragrunt(self, *arguments: str, unit: str = "", seconds: int = 900, program: str = TERRAGRUNT) -> Ran:
        """Run Terragrunt in the environment's folder, or in one unit's."""
        return self.run([program, *arguments], self.environment.folder / unit, seconds)

    def run(self, command: Sequence[str], folder: Path, seconds: int) -> Ran:
        """Run any command with the environment's variables."""
        done = subprocess.run(
            command,
            cwd=folder,
            env=self.variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
            check=False,
        )
        return Ran(done.returncode, done.stdout)

    def bootstrap(self) -> None:
        """Create the state backend."""
        self.terragrunt("backend", "bootstrap", unit="kms", seconds=120).expect_success()

    def client(self, service: str) -> Any:
        """A boto3 client of the local AWS."""
        endpoint = self.aws.endpoint
        variables = self.aws.environment
        return boto3.client(
            service,
            endpoint_url=endpoint.url,
            region_name=endpoint.region,
            verify=str(endpoint.ca_bundle),
            aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
        )

    def only_schedule(self) -> dict[str, Any]:
        """The schedule of an environment that has one, as Scheduler gives it."""
        scheduler = self.client("scheduler")
        (listed,) = scheduler.list_schedules()["Schedules"]
        return dict(scheduler.get_schedule(Name=listed["Name"], GroupName=listed["GroupName"]))

    @property
    def state_bucket(self) -> str:
        """The bucket, and the table, of the environment's state."""
        return self.environment.state_name


def production() -> str:
    """The first environment that is production; skips the test where none is."""
    if not PRODUCTIONS:
        pytest.skip("no environment of live/ is production")
    return PRODUCTIONS[0]


_idle: dict[tuple[str, Behaviour], list[LocalAws]] = defaultdict(list)
"""Servers that nobody uses, by environment and behaviour: taking one back to a snapshot is cheaper than a start."""


@contextmanager
def running(name: str, cache: Path, snapshot: Path | None = None, behaviour: Behaviour = DEFAULT) -> Iterator[Platform]:
    """An environment on a local AWS that holds nothing, or what a snapshot holds, and that nobody else uses."""
    idle = _idle[name, behaviour]
    if idle:
        aws = idle.pop()
        aws.restore(snapshot)
    else:
        aws = _started(name, snapshot, behaviour)
    yield Platform(name, aws, cache)
    idle.append(aws)


def _started(name: str, snapshot: Path | None, behaviour: Behaviour) -> LocalAws:
    """A server that ends with this process."""
    environment = environments.load(name)
    aws = LocalAws(name, environment.account_id, environment.region, snapshot, behaviour=behaviour)
    aws.start()
    atexit.register(aws.stop)
    return aws


def unchanged_units(printed: str) -> set[str]:
    """The units whose plan said that there is nothing to do."""
    return set(re.findall(r"\[(\w+)\] \w+: No changes\.", printed))


def planned_units(printed: str) -> dict[str, tuple[int, int, int]]:
    """What each unit with changes would add, change and destroy."""
    found = re.findall(r"\[(\w+)\] \w+: Plan: (\d+) to add, (\d+) to change, (\d+) to destroy", printed)
    return {unit: (int(add), int(change), int(destroy)) for unit, add, change, destroy in found}
