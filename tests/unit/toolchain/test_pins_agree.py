import json
import re
import tomllib
from pathlib import Path

import pytest

from scripts.common.paths import REPOSITORY
from scripts.toolchain.engines import ACTIONLINT, TERRAGRUNT, TOFU, Tool
from scripts.toolchain.providers import pinned_version
from scripts.toolchain.pythons import WANTED

MISE = tomllib.loads((REPOSITORY / "mise.toml").read_text(encoding="utf-8"))["tools"]
PYPROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("tool", "folder"), [(TERRAGRUNT, "terragrunt"), (TOFU, "opentofu"), (ACTIONLINT, "actionlint")]
)
def test_the_go_module_builds_the_version_that_is_stated(tool: Tool, folder: str) -> None:
    module = (REPOSITORY / "tools" / folder / "go.mod").read_text(encoding="utf-8")
    assert re.search(
        rf"^(require )?\s*{re.escape(tool.module)} v{re.escape(tool.pinned)}( // indirect)?$", module, re.MULTILINE
    )
    assert f"tool {tool.package}\n" in module
    sums = (REPOSITORY / "tools" / folder / "go.sum").read_text(encoding="utf-8")
    assert f"{tool.module} v{tool.pinned} h1:" in sums


def test_mise_pins_the_same_versions() -> None:
    assert MISE["python"] == WANTED
    assert MISE["terragrunt"] == TERRAGRUNT.pinned
    assert MISE["actionlint"] == ACTIONLINT.pinned


def test_tasks_of_mise_are_make_targets_of_their_name() -> None:
    tasks = tomllib.loads((REPOSITORY / "mise.toml").read_text(encoding="utf-8"))["tasks"]
    targets = re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert tasks == {name: f"make {name}" for name in tasks}
    assert set(tasks) <= set(targets)


def test_the_development_container_has_the_versions_that_are_needed_and_makes_targets_that_exist() -> None:
    container = json.loads((REPOSITORY / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    versions = {name.rpartition("/")[2]: one["version"] for name, one in container["features"].items()}
    targets = re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert (versions["python:1"], versions["go:1"]) == (WANTED, MISE["go"])
    program, *made = container["postCreateCommand"].split()
    assert program == "make"
    assert set(made) <= set(targets)


def test_every_module_accepts_the_provider_that_is_used() -> None:
    used = tuple(map(int, pinned_version().split(".")))
    for versions in sorted((REPOSITORY / "modules").glob("*/versions.tf")):
        text = versions.read_text(encoding="utf-8")
        found = re.search(r'version\s*=\s*">= ([\d.]+), < ([\d.]+)"', text)
        assert found, versions
        least, limit = (tuple(map(int, one.split("."))) for one in found.groups())
        assert least <= used < limit, versions


def test_all_modules_have_the_same_versions_file() -> None:
    texts = {path.read_text(encoding="utf-8") for path in (REPOSITORY / "modules").glob("*/versions.tf")}
    assert len(texts) == 1


def test_pyproject_declares_the_five_packages_the_project_is_known_by() -> None:
    groups = PYPROJECT["dependency-groups"]
    declared = {re.split(r"[\[<>=]", one)[0] for one in [*groups["dev"], *groups["scan"]]}
    assert {"pytest", "boto3", "moto", "pyyaml", "checkov"} <= declared


@pytest.mark.parametrize("lock", sorted((REPOSITORY / "requirements").glob("*.txt")), ids=lambda path: path.name)
def test_locks_are_hashed_and_carry_no_index_address(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    pins = re.findall(r"^[a-zA-Z0-9][^\n]*==[^\n]*(?:\n    --hash=sha256:[0-9a-f]{64}[^\n]*)*", text, re.MULTILINE)
    assert pins
    assert not [pin for pin in pins if "--hash=sha256:" not in pin]
    assert "://" not in text
