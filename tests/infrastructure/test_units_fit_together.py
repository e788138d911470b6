"""Reads every unit, component, mock and module as text, and holds them against each other."""

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from scripts.common import environments
from scripts.common.paths import REPOSITORY

ROOT = REPOSITORY
COMPONENTS = ROOT / "live" / "_components"
UNITS = sorted(path.parent for path in (ROOT / "live").glob("*/*/terragrunt.hcl"))
COMPONENT_FILES = sorted(path for path in COMPONENTS.glob("*.hcl") if "\nterraform {" in path.read_text())
USED_OUTPUT = re.compile(r"dependency\.(\w+)\.outputs\.(\w+)")


def component_of(name: str) -> str:
    return (COMPONENTS / f"{name}.hcl").read_text(encoding="utf-8")


def module_of(name: str) -> Path:
    found = re.search(r'format\(local\.common\.module_source, "(\w+)"\)', component_of(name))
    assert found, f"component {name} names no module"
    return ROOT / "modules" / found[1]


def outputs_of(module: Path) -> set[str]:
    return set(re.findall(r'^output "(\w+)"', (module / "outputs.tf").read_text(encoding="utf-8"), re.MULTILINE))


def variables_of(module: Path) -> dict[str, bool]:
    """Each variable, and whether it has a default."""
    text = (module / "variables.tf").read_text(encoding="utf-8")
    blocks = re.findall(r'^variable "(\w+)" \{\n(.*?)^\}', text, re.MULTILINE | re.DOTALL)
    return {name: bool(re.search(r"^  default\s*=", body, re.MULTILINE)) for name, body in blocks}


def inputs_of(text: str) -> set[str]:
    found = re.search(r"^inputs = \{\n(.*?)^\}", text, re.MULTILINE | re.DOTALL)
    return set(re.findall(r"^  (\w+)\s*=", found[1], re.MULTILINE)) if found else set()


def mocks_of(name: str) -> dict[str, object]:
    text = (COMPONENTS / f"{name}.mocks.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def test_environments_have_the_same_components() -> None:
    assert environments.names()
    assert len({tuple(environments.load(name).units()) for name in environments.names()}) == 1


def test_every_component_has_a_unit_and_every_unit_a_component() -> None:
    assert {path.stem for path in COMPONENT_FILES} == set(environments.default().units())


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: f"{unit.parent.name}/{unit.name}")
def test_a_unit_includes_the_root_and_its_own_component_by_path(unit: Path) -> None:
    text = (unit / "terragrunt.hcl").read_text(encoding="utf-8")
    included = [(unit / path).resolve() for path in re.findall(r'^  path\s*=\s*"([^"]+)"', text, re.MULTILINE)]
    assert included == [ROOT / "terragrunt.hcl", COMPONENTS / f"{unit.name}.hcl"]


@pytest.mark.parametrize("component", COMPONENT_FILES, ids=lambda path: path.stem)
def test_what_a_component_reads_of_another_is_an_output_of_its_module_and_has_a_mock(component: Path) -> None:
    used = USED_OUTPUT.findall(component.read_text(encoding="utf-8"))
    wrong = [
        f"dependency.{name}.outputs.{output}: {lack}"
        for name, output in used
        for lack, there in (
            ("no such output of its module", outputs_of(module_of(name))),
            ("no mock", mocks_of(name)),
        )
        if output not in there
    ]
    assert not wrong


@pytest.mark.parametrize("component", COMPONENT_FILES, ids=lambda path: path.stem)
def test_a_component_declares_just_the_dependencies_it_reads(component: Path) -> None:
    text = component.read_text(encoding="utf-8")
    declared = re.findall(r'^dependency "(\w+)"', text, re.MULTILINE)
    assert sorted(declared) == sorted({name for name, _ in USED_OUTPUT.findall(text)})


@pytest.mark.parametrize("component", COMPONENT_FILES, ids=lambda path: path.stem)
def test_every_dependency_takes_the_shared_mocks_on_the_shared_terms(component: Path) -> None:
    text = component.read_text(encoding="utf-8")
    for name, body in re.findall(r'^dependency "(\w+)" \{\n(.*?)^\}', text, re.MULTILINE | re.DOTALL):
        settings = dict(re.findall(r"^  (\w+)\s*=\s*(.+)$", body, re.MULTILINE))
        assert settings == {
            "config_path": f'"${{get_terragrunt_dir()}}/../{name}"',
            "mock_outputs": f"local.common.mocks.{name}",
            "mock_outputs_allowed_terraform_commands": "local.common.mock_commands",
            "mock_outputs_merge_strategy_with_state": '"shallow"',
            "skip_outputs": "local.common.skip_outputs",
        }


@pytest.mark.parametrize("mocks", sorted(COMPONENTS.glob("*.mocks.yaml")), ids=lambda path: path.name)
def test_mocks_are_just_the_outputs_of_the_module(mocks: Path) -> None:
    name = mocks.name.removesuffix(".mocks.yaml")
    assert set(mocks_of(name)) == outputs_of(module_of(name))


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: f"{unit.parent.name}/{unit.name}")
def test_a_unit_gives_its_module_every_required_input_and_no_other(unit: Path) -> None:
    inputs = inputs_of(component_of(unit.name)) | inputs_of((unit / "terragrunt.hcl").read_text(encoding="utf-8"))
    variables = variables_of(module_of(unit.name))
    required = {name for name, has_default in variables.items() if not has_default}
    assert required - inputs == set(), "required variables without an input"
    assert inputs - set(variables) == set(), "inputs that are no variable"


def test_units_depend_on_each_other_without_a_cycle() -> None:
    needs = {
        path.stem: {name for name, _ in USED_OUTPUT.findall(path.read_text(encoding="utf-8"))}
        for path in COMPONENT_FILES
    }
    ready: set[str] = set()
    while needs:
        free = {name for name, others in needs.items() if others <= ready}
        assert free, f"a cycle among {sorted(needs)}"
        ready |= free
        needs = {name: others for name, others in needs.items() if name not in free}


def test_accounts_stand_once_and_regions_once_per_environment() -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in _configuration()}
    accounts = Counter(account for text in texts.values() for account in re.findall(r"(?<![-\d])\d{12}\b", text))
    assert accounts == Counter(environments.load(name).account_id for name in environments.names())
    regions = [path for path, text in texts.items() if re.search(r"\b[a-z]{2}-[a-z]+-\d\b", text)]
    assert sorted(regions) == [ROOT / "live" / name / "env.hcl" for name in environments.names()]


def test_the_project_s_name_stands_once() -> None:
    naming = [
        path
        for path in _configuration()
        if re.search(r'"csvbatch', re.sub(r"^\s*#.*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE))
    ]
    assert naming == [COMPONENTS / "common.hcl"]


def _configuration() -> list[Path]:
    files = [ROOT / "terragrunt.hcl", *(ROOT / "live").rglob("*.hcl"), *(ROOT / "live").rglob("*.yaml")]
    return sorted(
        path for path in files if ".terragrunt-cache" not in path.parts and path.name != ".terraform.lock.hcl"
    )
