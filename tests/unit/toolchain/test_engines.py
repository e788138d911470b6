import os
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.common.errors import UserError
from scripts.common.paths import REPOSITORY
from scripts.toolchain import engines
from scripts.toolchain.engines import find_engine, find_terragrunt
from scripts.toolchain.versions import parse_version

Program = Callable[[str, str], Path]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Put a program on an otherwise empty PATH that says a version and nothing else."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def put(name: str, says: str) -> Path:
        path = folder / name
        path.write_text(f"#!/bin/sh\necho '{says}'\n")
        path.chmod(0o755)
        return path

    return put


def test_terraform_on_path_is_taken_where_new_enough(program: Program) -> None:
    program("tofu", "OpenTofu v1.10.6")
    terraform = program("terraform", "Terraform v1.11.4")
    assert find_engine(print) == terraform


def test_an_old_terraform_gives_way_to_opentofu(program: Program) -> None:
    program("terraform", "Terraform v1.5.7")
    tofu = program("tofu", "OpenTofu v1.10.6")
    assert find_engine(print) == tofu


def test_without_any_engine_and_without_go_the_error_names_every_way_to_get_one(program: Program) -> None:
    program("terraform", "Terraform v1.5.7")
    with pytest.raises(UserError) as refused:
        find_engine(print)
    said = str(refused.value)
    for way in ("terraform >= 1.11 or tofu >= 1.10", "mise install", "install Go >= 1.26"):
        assert way in said


def test_a_terragrunt_that_is_too_old_does_not_count(program: Program) -> None:
    program("terragrunt", "terragrunt version v0.77.22")
    with pytest.raises(UserError, match=r"No terragrunt >= 1\.1 was found on PATH"):
        find_terragrunt(print)


def test_a_program_that_cannot_be_run_does_not_count(program: Program) -> None:
    program("terragrunt", "terragrunt version v1.1.3").write_text("no program at all")
    with pytest.raises(UserError, match="No terragrunt"):
        find_terragrunt(print)


def test_what_was_built_once_is_found_again(program: Program, tmp_path: Path) -> None:
    built = tmp_path / "cache" / "csvbatch" / "tools" / f"terragrunt-{engines.TERRAGRUNT.pinned}" / "terragrunt"
    built.parent.mkdir(parents=True)
    built.touch()
    assert find_terragrunt(print) == built


def test_a_build_that_fails_says_why_and_leaves_nothing_that_looks_built(program: Program, tmp_path: Path) -> None:
    program("go", "").write_text("#!/bin/sh\necho 'no route to the module proxy' >&2\nexit 1\n")
    for _ in range(2):
        with pytest.raises(UserError, match="no route to the module proxy"):
            find_terragrunt(lambda _: None)


def test_an_engine_of_another_minor_version_is_not_the_one_that_was_asked_for(program: Program) -> None:
    program("terraform", "Terraform v1.13.3")
    with pytest.raises(UserError, match=r"No terraform >= 1\.11 was found on PATH"):
        engines.find_version(engines.TERRAFORM, print)


def test_an_engine_of_the_same_minor_version_on_path_is_taken(program: Program) -> None:
    terraform = program("terraform", "Terraform v1.13.0")
    assert engines.find_version(engines.NEWER_TERRAFORM, print) == terraform


@pytest.mark.parametrize("tool", [one for one in engines.SUPPORTED if one.folder], ids=str)
def test_an_engine_that_can_be_built_is_pinned_with_hashes(tool: engines.Tool) -> None:
    folder = REPOSITORY / "tools" / tool.folder
    assert f"{tool.module} v{tool.pinned}" in (folder / "go.mod").read_text(encoding="utf-8")
    assert f"{tool.module} v{tool.pinned} h1:" in (folder / "go.sum").read_text(encoding="utf-8")


def test_the_project_s_own_launcher_is_not_taken_for_terragrunt(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    launcher = program("terragrunt", "terragrunt version v1.1.3")
    monkeypatch.setattr(engines, "path_folders", lambda: [])
    with pytest.raises(UserError, match="No terragrunt"):
        find_terragrunt(print)
    assert os.access(launcher, os.X_OK)


@pytest.mark.parametrize(
    ("text", "version"),
    [("Terraform v1.11.4", (1, 11, 4)), ("terragrunt version 1.1.3-rc1", (1, 1, 3)), ("", (0, 0, 0))],
)
def test_versions_are_read_from_what_programs_say(text: str, version: tuple[int, int, int]) -> None:
    assert parse_version(text) == version
