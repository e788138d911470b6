"""The list of licences, and what is not on it."""

from pathlib import Path

import pytest

from scripts.common.errors import UserError
from scripts.common.paths import REPOSITORY, SCAN_VENV, VENV
from scripts.packages.cli import main
from scripts.packages.licences import Licensed, check, installed, licences_in, spdx
from scripts.packages.project import Project
from tests.unit.packages.made_up import Wheelhouse, write_files


def environment(folder: Path, **licences: str) -> Path:
    """Make what a virtual environment's list of distributions is read from."""
    for name, licence in licences.items():
        path = f"lib/python3.13/site-packages/{name}-1.0.dist-info/METADATA"
        write_files(folder, {path: f"Metadata-Version: 2.4\nName: {name}\nVersion: 1.0\n{licence}\n"})
    return folder


def test_the_list_names_what_the_zips_hold_and_what_the_tools_are(
    built: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tools = environment(tmp_path / "tools", linter="License-Expression: MIT")
    assert main(["licences", "--tools", str(tools)]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        ["batch_processor", "other", "1.0", "MIT"],
        ["batch_processor", "plain", "1.0", "MIT"],
        ["request_handler", "other", "1.0", "MIT"],
        ["request_handler", "plain", "1.0", "MIT"],
        ["tools", "linter", "1.0", "MIT"],
        ["5", "uses,", "every", "licence", "allowed"],
    ]


def test_an_unknown_licence_in_a_zip_is_refused_with_the_packages_name(
    checkout: Path, wheelhouse: Wheelhouse, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = wheelhouse.add("secretive", {"secretive.py": ""}, metadata="License: Ask our lawyers\n")
    write_files(checkout, {"requirements/lambda.txt": line})
    assert main(["build"]) == 0
    tools = environment(tmp_path / "tools", linter="License-Expression: MIT")
    assert main(["licences", "--tools", str(tools)]) == 1
    assert "batch_processor: secretive 1.0 has the licence 'Ask our lawyers'" in capsys.readouterr().err


@pytest.mark.parametrize("licence", ["GPL-3.0-only", "AGPL-3.0-or-later", "MIT AND GPL-2.0-only", "BUSL-1.1"])
def test_a_licence_of_no_allowed_family_is_refused(licence: str) -> None:
    with pytest.raises(UserError, match=r"tools: a 1\.0 has the licence"):
        check([Licensed("tools", "a", "1.0", licence)])


def test_packages_that_were_never_built_are_no_clean_list(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["licences"]) == 1
    assert "batch_processor.json does not exist; build it" in capsys.readouterr().err


def test_an_environment_with_nothing_in_it_is_no_clean_list(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nothing is installed there"):
        list(installed(tmp_path, "csvbatch"))


def test_a_tool_that_states_no_licence_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"silent 1\.0 states no licence"):
        list(installed(environment(tmp_path, silent="License: UNKNOWN"), "csvbatch"))


def test_every_environment_of_a_checkout_is_checked_and_two_must_exist(tmp_path: Path) -> None:
    (tmp_path / ".venv-judges").mkdir()
    names = [folder.name for folder in Project(tmp_path).environments()]
    assert names == [".venv", ".venv-judges", ".venv-scan"]


@pytest.mark.parametrize("folder", [VENV, SCAN_VENV], ids=lambda folder: folder.name)
def test_every_licence_of_this_projects_tools_is_allowed(folder: Path) -> None:
    check(installed(folder, "csvbatch"))


def test_every_package_that_the_functions_ship_is_among_the_tools_that_are_checked() -> None:
    names = {one.name for one in installed(VENV, "csvbatch")}
    pinned = (REPOSITORY / "requirements" / "lambda.txt").read_text(encoding="utf-8")
    shipped = {line.partition("==")[0] for line in pinned.splitlines() if "==" in line and "sys_platform" not in line}
    assert shipped <= names


@pytest.mark.parametrize(
    ("statement", "licences"),
    [
        ("mit license", ["MIT"]),
        ("Mozilla Public License 2.0 (MPL 2.0)", ["MPL-2.0"]),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", ["MPL-2.0", "Apache-2.0", "MIT"]),
        ("BSD License; Apache Software License", ["BSD License", "Apache-2.0"]),
        ("Our own terms", ["Our own terms"]),
    ],
)
def test_a_statement_is_taken_apart_into_licences(statement: str, licences: list[str]) -> None:
    assert licences_in(statement) == licences


@pytest.mark.parametrize(
    ("statement", "expression"),
    [
        ("mit or apache-2.0", "MIT OR Apache-2.0"),
        ("MIT License", "MIT"),
        ("MIT License OR Apache-2.0", None),
        ("MIT; Apache-2.0", None),
        ("Our own terms", None),
    ],
)
def test_only_what_spdx_defines_is_an_expression(statement: str, expression: str | None) -> None:
    assert spdx(statement) == expression
