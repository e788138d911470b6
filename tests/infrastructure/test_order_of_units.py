"""The order in which Terragrunt applies the units, and by which it destroys them the other way round."""

import json
import os
import re
import subprocess

import pytest

from scripts.common import environments

TOOLCHAIN = json.loads((environments.REPOSITORY / ".tools" / "toolchain.json").read_text(encoding="utf-8"))
FUNCTIONS = ("lambda_batch_processor", "lambda_request_handler")


def needs(environment: str) -> dict[str, set[str]]:
    """What must be applied before each unit, directly or by way of another."""
    found = subprocess.run(
        [TOOLCHAIN["terragrunt"], "find", "--dag", "--dependencies", "--json"],
        cwd=environments.load(environment).folder,
        env={**os.environ, "TG_TF_PATH": TOOLCHAIN["engine"]},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    before: dict[str, set[str]] = {}
    for unit in json.loads(found.stdout):
        direct = set(unit.get("dependencies", []))
        before[unit["path"]] = direct.union(*(before[name] for name in direct))
    return before


@pytest.mark.parametrize("environment", environments.names())
def test_a_destroy_gives_back_network_interfaces_while_their_role_exists(environment: str) -> None:
    before = needs(environment)
    assert "iam" in before["network"]
    for function in FUNCTIONS:
        assert {"iam", "network"} <= before[function]


@pytest.mark.parametrize("environment", environments.names())
def test_the_figure_in_the_readme_shows_every_unit_in_its_order(environment: str) -> None:
    readme = (environments.REPOSITORY / "README.md").read_text(encoding="utf-8")
    figure = re.search(r"^## The units and their order\n\n```\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    assert figure
    before = needs(environment)
    assert set(re.findall(r"\w+", figure[1])) == set(before)
    arrows = re.findall(r"(?<=(?<!\w)\b)(\w+) ─+► (\w+)", figure[1])
    assert arrows
    assert [(first, then) for first, then in arrows if first not in before[then]] == []
    levels = [re.findall(r"\w+", line) for line in figure[1].splitlines()]
    assert [
        line for line in levels if any(line[i] in before[line[j]] for i in range(len(line)) for j in range(i))
    ] == []
