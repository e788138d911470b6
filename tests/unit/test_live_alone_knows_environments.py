"""No program and no test knows the name, the account or the region of an environment: they are read from live/.

Free of the rule are live/, documents for readers, the examples of modules, and what a test makes up for itself: an
example of an ARN, an account of its own. Tests that apply or plan the environments of live/ are bound as programs are.

It is about the environments that this repository ships: their names and numbers stand here, so that whoever adds or
edits one has to change nothing.
"""

import re
import subprocess
from pathlib import Path

import pytest

from scripts.common.paths import REPOSITORY

ROOT = REPOSITORY
NAMES = ("dev", "prod")
VALUES = ("111111111111", "222222222222", "eu-west-2")
FREE = ("live/", "docs/", "modules/", "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "requirements/", "tools/")
BOUND_TESTS = (
    *("tests/integration/local/demo/", "tests/integration/environments/", "tests/integration/least_privilege/"),
    *("tests/integration/platform/", "tests/integration/state/", "tests/support/"),
    *("tests/unit/common/test_environments.py", "tests/unit/terragrunt/test_launcher.py"),
)
_CALLED = "|".join(NAMES)
_TAKES_BY_NAME = rf"\b(?:load|rendered|running|Platform)\(\s*[\"'](?:{_CALLED})[\"']|LIVE / [\"'](?:{_CALLED})\b"
TAKES_BY_NAME = re.compile(_TAKES_BY_NAME)
KNOWS = re.compile(
    rf"{_TAKES_BY_NAME}|[\"'](?:{_CALLED})[\"'\\]|live/(?:{_CALLED})\b|csvbatch-(?:{_CALLED})\b"
    rf"|=(?:{_CALLED})(?![\w.])|(?:start|stop|reset|env|exec) (?:{_CALLED})\b|{'|'.join(VALUES)}"
)
ALLOWED = {
    "scripts/local/aws/server.py": "the defaults of a local AWS that stands for no environment",
    "tests/support/documents.py": "documents call an environment by its name, and readers who renamed it do not",
    "pyproject.toml": "a dependency group has the name of an environment",
    "scripts/toolchain/pythons.py": "a dependency group has the name of an environment",
    "Makefile": "a dependency group has the name of an environment",
    "tests/unit/test_live_alone_knows_environments.py": "the rule itself",
    "tests/unit/toolchain/test_locks.py": "a dependency group has the name of an environment",
    "tests/unit/toolchain/test_pins_agree.py": "a dependency group has the name of an environment",
}


def files() -> list[str]:
    """What git tracks, or would, that the rule is about."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout.split("\0")
    return [name for name in names if name and not name.startswith(FREE) and (ROOT / name).is_file()]


def knowledge(name: str, text: str) -> list[str]:
    """The lines of a file that know an environment and may not: other tests may not take one of live/ by its name."""
    is_free_to_make_up = name.startswith("tests/") and not name.startswith(BOUND_TESTS)
    pattern = TAKES_BY_NAME if is_free_to_make_up else KNOWS
    return [line.strip() for line in text.splitlines() if pattern.search(line)]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8", errors="replace")


@pytest.mark.parametrize("name", [name for name in files() if name not in ALLOWED])
def test_a_file_outside_live_knows_no_environment(name: str) -> None:
    assert knowledge(name, read(name)) == []


@pytest.mark.parametrize("name", ALLOWED)
def test_an_exception_is_still_needed(name: str) -> None:
    assert re.search(rf"\b(?:{'|'.join([*NAMES, *VALUES])})\b", read(name))


@pytest.mark.parametrize(
    "line",
    [
        'environments.load("dev")',
        "file: live/prod/env.hcl",
        'alias = "alias/csvbatch-dev"',
        "local-aws stop prod",
        "ENV ?=dev",
        "account 111111111111",
        'region = "eu-west-2"',
    ],
)
def test_every_way_to_know_an_environment_is_noticed(line: str) -> None:
    assert knowledge("scripts/some.py", line)


def test_what_only_looks_like_a_name_is_not() -> None:
    assert knowledge("scripts/some.py", "2>/dev/null; found = list(Bucket=dev.bucket)") == []


def test_a_test_may_make_up_an_account_and_may_not_take_an_environment_by_name() -> None:
    assert knowledge("tests/unit/test_some.py", 'ARN = "arn:aws:sqs:eu-west-2:111111111111:csvbatch-dev-chunks"') == []
    assert knowledge("tests/unit/test_some.py", 'environments.load("dev")')
    assert knowledge("tests/integration/state/test_some.py", 'name = "csvbatch-dev"')


def test_the_rule_is_about_files() -> None:
    assert {"Makefile", "terragrunt.hcl", "scripts/terragrunt/plan_units.py"} <= set(files())
    assert Path(__file__).relative_to(ROOT).as_posix() in files()
