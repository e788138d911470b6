"""The engine (Terraform or OpenTofu) at work in copies of the modules, each module initialised once for all of them."""

import json
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scripts.scan.mutations.errors import CatalogueError, GuardError
from scripts.terragrunt import launcher

LIMIT_SECONDS = 300
_LOCK = ".terraform.lock.hcl"
_FORMAT_DIFFERS = 3


class Engine:
    """Runs the engine with the data folder of a module that was initialised in an unmutated copy."""

    def __init__(self, repository: Path, unmutated: Path) -> None:
        path = repository / ".tools" / "toolchain.json"
        try:
            tools = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise GuardError(f"The project's tools are not set up ({path} is missing). Run: make setup") from error
        self._program: str = tools["engine"]
        self._configuration: str = tools["cli_configuration"]
        self._unmutated = unmutated

    def initialise(self, module: str) -> None:
        """Make a module ready, once; its copies are ready by that too."""
        done = self._run(self._unmutated / "modules" / module, "init", "-backend=false", "-no-color", "-input=false")
        if done.returncode != 0:
            raise GuardError(f"modules/{module} cannot be initialised:\n{done.stdout[-3000:]}")

    def test(self, root: Path, module: str, file: str) -> Iterator[Mapping[str, Any]]:
        """What `terraform test` reports about one test file, as it comes; to stop listening stops the test."""
        arguments = ["test", "-json", f"-filter=tests/{file}"]
        with self._running(self._ready(root, module), arguments) as process:
            assert process.stdout is not None, "it was asked for"
            for line in process.stdout:
                try:
                    yield json.loads(line)
                except json.JSONDecodeError as error:
                    raise GuardError(f"modules/{module}: terraform test said no JSON: {line.strip()}") from error
            process.wait()

    def expect_valid(self, root: Path, module: str, who: str) -> None:
        """Raise CatalogueError where the module is not even Terraform: what breaks it is no weakness."""
        done = self._run(self._ready(root, module), "validate", "-no-tests", "-no-color")
        if done.returncode != 0:
            raise CatalogueError(f"{who} breaks modules/{module} instead of weakening it:\n{done.stdout[-3000:]}")

    def expect_syntax(self, folder: Path) -> None:
        """Raise CatalogueError where a file below the folder is no HCL; each is named after its mutation."""
        done = self._run(folder, "fmt", "-check", "-list=false", "-no-color")
        if done.returncode not in (0, _FORMAT_DIFFERS):
            raise CatalogueError(f"A mutation breaks the syntax of its file instead of weakening it:\n{done.stdout}")

    def _ready(self, root: Path, module: str) -> Path:
        folder = root / "modules" / module
        lock = self._unmutated / "modules" / module / _LOCK
        if root != self._unmutated and lock.is_file():
            shutil.copy(lock, folder / _LOCK)
        return folder

    def _variables(self, folder: Path) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_"))}
        return {
            "GOGC": launcher.GO_MEMORY_FOR_SPEED,
            **inherited,
            "TF_CLI_CONFIG_FILE": self._configuration,
            "TF_IN_AUTOMATION": "true",
            "TF_DATA_DIR": str(self._unmutated / "modules" / folder.name / ".terraform"),
        }

    def _run(self, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(
                [self._program, *arguments],
                cwd=folder,
                env=self._variables(folder),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=LIMIT_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise GuardError(f"{arguments[0]} of {folder.name} did not end within {LIMIT_SECONDS} seconds.") from error

    @contextmanager
    def _running(self, folder: Path, arguments: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
        process = subprocess.Popen(
            [self._program, *arguments],
            cwd=folder,
            env=self._variables(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        # Without its end the reader sees that the test never came to one.
        limit = threading.Timer(LIMIT_SECONDS, os.killpg, (process.pid, signal.SIGKILL))
        limit.start()
        try:
            yield process
        finally:
            limit.cancel()
            stop(process)


def stop(process: subprocess.Popen[str]) -> None:
    """End a process that leads a session, and whatever it started, such as its providers."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    elif process.stdout is not None:
        process.stdout.close()
