"""docs/first-day.md, typed from top to bottom on a new account: what is missing becomes less with each step."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scripts.common import environments
from scripts.common.paths import REPOSITORY
from scripts.local.aws.behaviour import Behaviour
from tests.integration.account.verification import executing
from tests.support.platform import BARE_TERRAGRUNT, Platform, running

ROOT = REPOSITORY
DOCUMENT = ROOT / "docs" / "first-day.md"
ENVIRONMENT = environments.names()[0]
SECRET = json.dumps({"username": "loader", "password": "made-up"})
ACTIVATION = ". scripts/activate"
LIMIT_SECONDS = 1500

MISSING = {
    "What you need": {"secret", "function", "notification", "schedule"},
    "1. The state backend": {"secret", "function", "notification", "schedule"},
    "2. The secret": {"secret", "function", "notification", "schedule"},
    "3. Its value": {"function", "notification", "schedule"},
    "4. Everything else": {"ledger", "schedule"},
    "5. The tables": {"schedule"},
    "6. The schedule": set(),
}
"""What is missing when the blocks of a section have been typed."""


@dataclass(frozen=True, slots=True)
class Typist:
    """Types in a copy of the configuration, in which env.hcl may be edited."""

    platform: Platform
    root: Path

    def type(self, block: str) -> str:
        """One block, in a shell of its own that begins at the root; what it asks is answered."""
        lines = [line for line in block.splitlines() if line != ACTIVATION]
        done = subprocess.run(
            ["bash", "-e", "-c", "\n".join(lines)],
            cwd=self.root,
            env=self.variables,
            input=SECRET if "put-oracle-secret" in block else "yes\n",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{block}\n{done.stdout[-6000:]}"
        return done.stdout

    def missing(self) -> set[str]:
        """The topics that preflight names."""
        done = subprocess.run(
            ["preflight", ENVIRONMENT, "--json"],
            cwd=self.root,
            env=self.variables,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.stdout, done.stderr
        report: dict[str, Any] = json.loads(done.stdout)
        assert report["ready"] == (done.returncode == 0)
        return {one["topic"] for one in report["findings"] if one["is_missing"]}

    def switch_schedule_on(self) -> None:
        """The edit that the document asks for."""
        path = self.root / "live" / ENVIRONMENT / "env.hcl"
        text, edits = re.subn(r"schedule_enabled = false", "schedule_enabled = true", path.read_text(encoding="utf-8"))
        assert edits == 1
        path.write_text(text, encoding="utf-8")

    @property
    def variables(self) -> Mapping[str, str]:
        """Terragrunt itself comes first: the project's launcher knows the folders of its own checkout."""
        path = [str(self.root / "bin"), str(Path(sys.executable).parent), self.platform.variables["PATH"]]
        return {**self.platform.variables, "PATH": os.pathsep.join(path)}


@pytest.fixture
def typist(tmp_path: Path) -> Iterator[Typist]:
    root = tmp_path / "checkout"
    for name in ("live", "modules", "scripts", "dist"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns(".terragrunt-cache", "__pycache__"))
    shutil.copy(ROOT / "terragrunt.hcl", root)
    (root / "bin").mkdir()
    (root / "bin" / "terragrunt").symlink_to(BARE_TERRAGRUNT)
    new_account = Behaviour(new_account=True)
    with (
        running(ENVIRONMENT, tmp_path / "cache", behaviour=new_account) as platform,
        executing(platform.aws, ENVIRONMENT, tmp_path / "home"),
    ):
        yield Typist(platform, root)


def sections() -> dict[str, list[str]]:
    """The shell blocks of each section that has any."""
    parts = DOCUMENT.read_text(encoding="utf-8").split("\n## ")[1:]
    found = {
        part.partition("\n")[0]: re.findall(r"^```sh\n(.*?)^```$", part, re.MULTILINE | re.DOTALL) for part in parts
    }
    return {title: blocks for title, blocks in found.items() if blocks}


def test_the_sections_of_the_document_are_those_that_are_typed() -> None:
    assert list(sections()) == list(MISSING)


def test_each_step_of_the_document_leaves_less_missing_and_the_last_leaves_nothing(typist: Typist) -> None:
    for title, blocks in sections().items():
        if title == "6. The schedule":
            typist.switch_schedule_on()
        printed = [typist.type(block) for block in blocks]
        assert typist.missing() == MISSING[title], "\n".join(printed)[-3000:]
    (schedule,) = typist.platform.client("scheduler").list_schedules()["Schedules"]
    assert schedule["State"] == "ENABLED"
