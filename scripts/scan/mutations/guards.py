"""Whether a guard notices a weakness: a module's `terraform test`, or a pytest over the configuration."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scripts.scan.mutations import seeding
from scripts.scan.mutations.catalogue import is_terraform_test
from scripts.scan.mutations.engine import Engine, stop
from scripts.scan.mutations.errors import CatalogueError, GuardError

LIMIT_SECONDS = 600
_TESTS_FAILED = 1
_VERDICTS = ("Test assertion failed", "Missing expected failure")


@dataclass(frozen=True, slots=True)
class Catch:
    """That a guard noticed: which one, and what of it did."""

    guard: str
    by: str

    def __str__(self) -> str:
        return f"{self.guard.partition('::')[0]}: {self.by}"


def runner_of(guard: str, engine: Engine) -> Callable[[Path, str], Catch | None]:
    """What runs a guard in a copy, given whose copy it is: its catch, or None where it noticed nothing."""
    if is_terraform_test(guard):
        return lambda root, who: terraform_test(engine, root, guard, who)
    return lambda root, who: pytest_file(root, guard, who)


def terraform_test(engine: Engine, root: Path, guard: str, who: str) -> Catch | None:
    """Run one test file of a module until its first failure, or one run of it."""
    path, _, only = guard.partition("::")
    _, module, _, file = path.split("/")
    if only:
        file = seeding.isolate(root / path, only).name
    errors: list[str] = []
    passed = ""
    for event in engine.test(root, module, file):
        diagnostic = event.get("diagnostic", {})
        if diagnostic.get("summary") in _VERDICTS:
            return Catch(guard, event["@testrun"])
        if diagnostic.get("severity") == "error":
            if "range" not in diagnostic:
                raise GuardError(f"{who}: {guard} could not be run: {event['@message']}")
            errors.append(f"{event.get('@testrun', file)}: {diagnostic['summary']}")
        if event.get("type") == "test_summary":
            passed = event["test_summary"]["status"]
    if errors:
        engine.expect_valid(root, module, who)
        return Catch(guard, errors[0])
    if passed != "pass":
        raise GuardError(f"{who}: {guard} did not come to an end (its status is {passed or 'unknown'}).")
    return None


def pytest_file(root: Path, guard: str, who: str) -> Catch | None:
    """Run one pytest file, or one test of it, until its first failure."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-rfE", "-p", "no:cacheprovider", "--no-header", guard]
    process = subprocess.Popen(
        command,
        cwd=root,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(root), str(root / "lambdas")])},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        printed, _ = process.communicate(timeout=LIMIT_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise GuardError(f"{who}: {guard} did not end within {LIMIT_SECONDS} seconds.") from error
    finally:
        stop(process)
    if process.returncode == 0:
        return None
    failed = re.search(r"^FAILED \S+?::(.+?)(?: - |$)", printed, re.MULTILINE)
    if process.returncode == _TESTS_FAILED and failed:
        return Catch(guard, failed[1])
    # An error of a fixture is no verdict: there the configuration is broken, or the machine is.
    raise CatalogueError(f"{who} breaks {guard} instead of failing it:\n{printed[-3000:]}")
