"""The engine (Terraform or OpenTofu) in copies of the modules, with each module initialised once for all copies."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from scripts.common import tools
from scripts.common.commands import Completed, run, running
from scripts.common.errors import UserError
from scripts.terragrunt import launcher

LIMIT_SECONDS = 300
_GRACE_SECONDS = 20
_LOCK = ".terraform.lock.hcl"
_FORMAT_DIFFERS = 3


class Engine:
    """Runs the engine with the data folder of a module that was initialised in an unmutated copy."""

    def __init__(self, unmutated: Path) -> None:
        self._tools = tools.read()
        self._unmutated = unmutated

    def initialise(self, module: str) -> None:
        """Initialise a module for all of its copies."""
        done = self._run(self._unmutated / "modules" / module, "init", "-backend=false", "-no-color", "-input=false")
        if done.status != 0:
            raise UserError(f"modules/{module} cannot be initialised:\n{done.stdout[-3000:]}")

    def test(self, root: Path, module: str, file: str) -> Iterator[Mapping[str, Any]]:
        """The events of `terraform test` on one test file, as they come; to stop reading stops the test."""
        folder = self._ready(root, module)
        with running(
            [self._tools.engine, "test", "-json", f"-filter=tests/{file}"],
            limit_seconds=LIMIT_SECONDS,
            grace_seconds=_GRACE_SECONDS,
            cwd=folder,
            environment=self._variables(folder),
        ) as process:
            for line in process.lines():
                try:
                    yield json.loads(line)
                except json.JSONDecodeError as error:
                    raise UserError(f"modules/{module}: terraform test did not print JSON: {line.strip()}") from error

    def expect_valid(self, root: Path, module: str, mutation: str) -> None:
        """UserError where the module is no longer valid: what breaks it is not a weakness."""
        done = self._run(self._ready(root, module), "validate", "-no-tests", "-no-color")
        if done.status != 0:
            raise UserError(f"{mutation} breaks modules/{module} instead of weakening it:\n{done.stdout[-3000:]}")

    def expect_syntax(self, folder: Path) -> None:
        """UserError where a file below the folder is not valid HCL; each is named after its mutation."""
        done = self._run(folder, "fmt", "-check", "-list=false", "-no-color")
        if done.status not in (0, _FORMAT_DIFFERS):
            raise UserError(f"A mutation breaks the syntax of its file instead of weakening it:\n{done.stdout}")

    def _ready(self, root: Path, module: str) -> Path:
        folder = root / "modules" / module
        lock = self._unmutated / "modules" / module / _LOCK
        if root != self._unmutated and lock.is_file():
            shutil.copy(lock, folder / _LOCK)
        return folder

    def _run(self, folder: Path, *arguments: str) -> Completed:
        command = [self._tools.engine, *arguments]
        variables = self._variables(folder)
        return run(command, limit_seconds=LIMIT_SECONDS, cwd=folder, environment=variables, accepted=None, merged=True)

    def _variables(self, folder: Path) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_"))}
        return {
            "GOGC": launcher.GO_MEMORY_FOR_SPEED,
            **inherited,
            "TF_CLI_CONFIG_FILE": self._tools.cli_configuration,
            "TF_IN_AUTOMATION": "true",
            "TF_DATA_DIR": str(self._unmutated / "modules" / folder.name / ".terraform"),
        }
