"""No program and no test knows the name, the account or the region of an environment: they are read from live/.

Free of the rule are live/, documents for readers, the examples of modules, and tests whose accounts and regions are
made up by themselves: those that read nothing of live/.

It is about the environments that this repository ships: their names and numbers stand here, so that whoever adds or
edits one has to change nothing.
"""

import re
import subprocess
from pathlib import Path

import pytest

import environments

ROOT = environments.REPOSITORY
NAMES = ("dev", "prod")
VALUES = ("111111111111", "222222222222", "eu-west-2")
FREE = ("live/", "docs/", "modules/", "README.md", "requirements/", "tools/")
READS_LIVE = re.compile(
    r"^(?:import environments|from environments |from tests\.support\.(?:platform|rendering|state|documents) )"
    r"|tests\.integration\.(?:platform|least_privilege|state)\.",
    re.MULTILINE,
)
ALLOWED = {
    "scripts/local_aws/server.py": "the defaults of a local AWS that stands for no environment",
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


def is_bound(name: str, text: str) -> bool:
    """Whether what the file says is about the environments of live/."""
    return not name.startswith("tests/") or READS_LIVE.search(text) is not None


def knowledge(text: str) -> list[str]:
    """The lines that know an environment by its name, account or region."""
    called = "|".join(NAMES)
    naming = re.compile(
        rf"[\"'](?:{called})[\"'\\]|live/(?:{called})\b|csvbatch-(?:{called})\b|=(?:{called})(?![\w.])"
        rf"|(?:start|stop|reset|env|exec) (?:{called})\b|{'|'.join(VALUES)}"
    )
    return [line.strip() for line in text.splitlines() if naming.search(line)]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8", errors="replace")


@pytest.mark.parametrize("name", [name for name in files() if name not in ALLOWED])
def test_a_file_outside_live_knows_no_environment(name: str) -> None:
    text = read(name)
    assert not is_bound(name, text) or not knowledge(text)


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
    assert knowledge(line)


def test_what_only_looks_like_a_name_is_not() -> None:
    assert not knowledge("2>/dev/null; found = list(Bucket=dev.bucket)")


def test_a_test_that_makes_up_its_own_account_is_free() -> None:
    assert not is_bound("tests/unit/test_some.py", 'LocalAws("test")')
    assert is_bound("tests/unit/test_some.py", "import environments\n")
    assert is_bound("scripts/some.py", "")


def test_the_rule_is_about_files() -> None:
    assert {"Makefile", "terragrunt.hcl", "scripts/plan_units.py"} <= set(files())
    assert Path(__file__).relative_to(ROOT).as_posix() in files()
