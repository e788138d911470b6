"""Runs each module's own tests, and checks what every module has in common."""

import functools
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.common.paths import REPOSITORY
from tests.support import descriptions

ROOT = REPOSITORY
TOOLCHAIN = json.loads((ROOT / ".tools" / "toolchain.json").read_text(encoding="utf-8"))
MODULES = sorted(path.parent for path in (ROOT / "modules").glob("*/main.tf"))
LIMIT_SECONDS = 600


@pytest.fixture(scope="session")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy to initialise, so that the checkout stays clean; one provider serves all."""
    copy = tmp_path_factory.mktemp("modules")
    shutil.copytree(
        ROOT / "modules", copy, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".terraform", ".terraform.lock.hcl")
    )
    return copy


def engine(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    variables = {**os.environ, "TF_CLI_CONFIG_FILE": TOOLCHAIN["cli_configuration"], "TF_IN_AUTOMATION": "true"}
    return subprocess.run(
        [TOOLCHAIN["engine"], *arguments],
        cwd=folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )


@pytest.fixture(scope="session")
def tested(modules: Path) -> Callable[[str], subprocess.CompletedProcess[str]]:
    """What a module's tests print, plans included; they run once."""

    @functools.cache
    def run(name: str) -> subprocess.CompletedProcess[str]:
        started = engine(modules / name, "init", "-backend=false", "-no-color")
        assert started.returncode == 0, started.stdout
        return engine(modules / name, "test", "-verbose", "-no-color")

    return run


each_module = pytest.mark.parametrize("name", [path.name for path in MODULES])


@each_module
def test_the_tests_of_a_module_pass(name: str, tested: Callable[[str], subprocess.CompletedProcess[str]]) -> None:
    ran = tested(name)
    failures = re.findall(r"^ *run .*\.\.\. fail$|^Error: .*(?:\n(?!\n\n).*){0,12}", ran.stdout, re.MULTILINE)
    assert ran.returncode == 0, "\n".join(failures)[-6000:] or ran.stdout[-6000:]
    passed = re.search(r"^Success! (\d+) passed, 0 failed", ran.stdout, re.MULTILINE)
    assert passed, ran.stdout[-2000:]
    assert int(passed[1]) > 0


@each_module
def test_nothing_that_a_module_uses_is_deprecated(
    name: str, tested: Callable[[str], subprocess.CompletedProcess[str]]
) -> None:
    """The provider's last version 5 warns of what version 6 removes: test_provider_6.py has the page."""
    assert re.findall(r"Warning: .*[Dd]eprecated.*(?:\n(?!\n\n).*){0,6}", tested(name).stdout) == []


@each_module
def test_aws_accepts_every_description_that_a_module_plans(
    name: str, tested: Callable[[str], subprocess.CompletedProcess[str]]
) -> None:
    found = list(descriptions.planned(tested(name).stdout))
    attributes = {attribute for attribute in descriptions.ATTRIBUTES if attribute_is_set(name, attribute)}
    assert {one.attribute for one in found} >= attributes
    assert not sorted({problem for one in found if (problem := one.problem)})


def attribute_is_set(name: str, attribute: str) -> bool:
    """Whether a resource of the module itself has the attribute."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "modules" / name).glob("*.tf"))
    blocks = re.findall(r'^resource "\w+" "\w+" \{\n(.*?)^\}', text, re.MULTILINE | re.DOTALL)
    return any(re.search(rf"^  {attribute}\s*=", block, re.MULTILINE) for block in blocks)


def test_modules_are_formatted() -> None:
    checked = engine(ROOT / "modules", "fmt", "-check", "-recursive", "-no-color")
    assert checked.returncode == 0, f"make fmt would change: {checked.stdout}"


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_every_variable_and_output_is_described_and_every_variable_typed(module: Path) -> None:
    for kind in ("variable", "output"):
        text = (module / f"{kind}s.tf").read_text(encoding="utf-8")
        for name, body in re.findall(rf'^{kind} "(\w+)" \{{\n(.*?)^\}}', text, re.MULTILINE | re.DOTALL):
            assert re.search(r'^  description\s*=\s*"', body, re.MULTILINE), f"{kind} {name} has no description"
            assert kind == "output" or re.search(r"^  type\s*=", body, re.MULTILINE), f"{kind} {name} has no type"


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_every_module_has_the_same_files(module: Path) -> None:
    there = {path.name for path in module.iterdir()}
    assert {"main.tf", "variables.tf", "outputs.tf", "versions.tf", "README.md", "tests"} <= there
