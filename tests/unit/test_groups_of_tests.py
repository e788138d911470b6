"""Tests that share what is expensive to make run in one process, and what each group costs is written down."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.common.paths import REPOSITORY
from tests.support.groups import LONGEST_FIRST, SPLIT, TESTS, group_of

TESTS_PER_FILE = 10
FILES = (
    "infrastructure/test_modules.py",
    "infrastructure/test_other.py",
    "unit/first/test_a.py",
    "unit/first/test_b.py",
    "integration/least_privilege/test_a.py",
    "integration/least_privilege/test_b.py",
    "integration/platform/test_a.py",
    "integration/platform/test_b.py",
)
GROUPS = {
    "infrastructure/test_modules.py",
    "infrastructure",
    "unit/first",
    "integration/least_privilege",
    "integration/platform/test_a.py",
    "integration/platform/test_b.py",
}
_RAN = re.compile(r"^\[(gw\d)\].* PASSED tests/(\S+\.py)", re.MULTILINE)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with this one's conftest.py and tests of its own."""
    root = tmp_path_factory.mktemp("project")
    for name in ("conftest.py", "support/groups.py", "support/costs.py"):
        target = root / "tests" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / "tests" / name, target)
    parameters = f'@pytest.mark.parametrize("number", range({TESTS_PER_FILE}))'
    for name in FILES:
        made_up = root / "tests" / name
        made_up.parent.mkdir(parents=True, exist_ok=True)
        made_up.write_text(f"import pytest\n\n{parameters}\ndef test_nothing(number): pass\n")
    (root / "pytest.ini").write_text("[pytest]\npythonpath = .\naddopts = --import-mode=importlib\n")
    return root


@pytest.fixture(scope="module")
def ran(project: Path) -> list[tuple[str, str]]:
    """The process and the file of each test, as two processes ran them."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-v", "-n", "2", "--dist", "loadgroup", "tests"]
    done = subprocess.run(command, cwd=project, env=variables, capture_output=True, text=True, timeout=300, check=False)
    found = _RAN.findall(done.stdout)
    assert len(found) == len(FILES) * TESTS_PER_FILE, done.stdout + done.stderr
    return found


def test_one_process_runs_all_tests_of_a_group(ran: list[tuple[str, str]]) -> None:
    processes: dict[str, set[str]] = {}
    for process, name in ran:
        processes.setdefault(group_of(TESTS / name), set()).add(process)
    assert set(processes) == GROUPS
    assert [group for group, of in processes.items() if len(of) != 1] == []


@pytest.mark.usefixtures("ran")
def test_what_each_group_costs_is_written_down(project: Path) -> None:
    costs = json.loads((project / "dist" / "test-costs.json").read_text())
    assert {group: cost["tests"] for group, cost in costs.items()} == {
        group: TESTS_PER_FILE * sum(group_of(TESTS / name) == group for name in FILES) for group in GROUPS
    }
    assert all(cost["seconds"] > 0 and cost["cpu"] >= 0 for cost in costs.values())


@pytest.mark.parametrize("group", sorted({*SPLIT, *LONGEST_FIRST}))
def test_a_group_that_is_named_exists(group: str) -> None:
    assert (TESTS / group).exists()
    assert group in SPLIT or group_of(next((TESTS / group).glob("test_*.py"), TESTS / group)) == group
