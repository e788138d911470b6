"""Whether a check kills a mutant: a module's `terraform test`, or a pytest over the configuration."""

import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scripts.common.commands import run
from scripts.common.errors import UserError
from scripts.scan.mutations import seeding
from scripts.scan.mutations.catalogue import is_terraform_test
from scripts.scan.mutations.engine import Engine

LIMIT_SECONDS = 600
_TESTS_FAILED = 1
_VERDICTS = ("Test assertion failed", "Missing expected failure")


@dataclass(frozen=True, slots=True)
class Kill:
    """That a check killed a mutant: which check, and what in it failed."""

    check: str
    by: str

    def __str__(self) -> str:
        return f"{self.check.partition('::')[0]}: {self.by}"


def runner_of(check: str, engine: Engine) -> Callable[[Path, str], Kill | None]:
    """What runs a check in a copy, given the mutation's id: its kill, or None where it passes."""
    if is_terraform_test(check):
        return lambda root, mutation: terraform_test(engine, root, check, mutation)
    return lambda root, mutation: pytest_file(root, check, mutation)


def terraform_test(engine: Engine, root: Path, check: str, mutation: str) -> Kill | None:
    """Run one test file of a module until its first failure, or one run of it."""
    path, _, only = check.partition("::")
    _, module, _, file = path.split("/")
    if only:
        file = seeding.isolate(root / path, only).name
    errors: list[str] = []
    passed = ""
    for event in engine.test(root, module, file):
        diagnostic = event.get("diagnostic", {})
        if diagnostic.get("summary") in _VERDICTS:
            return Kill(check, event["@testrun"])
        if diagnostic.get("severity") == "error":
            if "range" not in diagnostic:
                raise UserError(f"{mutation}: {check} could not be run: {event['@message']}")
            errors.append(f"{event.get('@testrun', file)}: {diagnostic['summary']}")
        if event.get("type") == "test_summary":
            passed = event["test_summary"]["status"]
    if errors:
        engine.expect_valid(root, module, mutation)
        return Kill(check, errors[0])
    if passed != "pass":
        raise UserError(f"{mutation}: {check} did not finish (its status is {passed or 'unknown'}).")
    return None


def pytest_file(root: Path, check: str, mutation: str) -> Kill | None:
    """Run one pytest file, or one test of it, until its first failure."""
    done = run(
        [sys.executable, "-m", "pytest", "-x", "-q", "-rfE", "-p", "no:cacheprovider", "--no-header", check],
        limit_seconds=LIMIT_SECONDS,
        cwd=root,
        environment={**os.environ, "PYTHONPATH": os.pathsep.join([str(root), str(root / "lambdas")])},
        accepted=None,
        merged=True,
    )
    if done.status == 0:
        return None
    failed = re.search(r"^FAILED \S+?::(.+?)(?: - |$)", done.stdout, re.MULTILINE)
    if done.status == _TESTS_FAILED and failed:
        return Kill(check, failed[1])
    # An error of a fixture is not a verdict: the configuration is broken then, or the machine is.
    raise UserError(f"{mutation} breaks {check} instead of failing it:\n{done.stdout[-3000:]}")
