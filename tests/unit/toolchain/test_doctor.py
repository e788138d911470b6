import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.common.paths import REPOSITORY
from scripts.toolchain import doctor, platforms

ALL_NEED = {"platform", "git", "make", "Python", "Terraform or OpenTofu", "Terragrunt", "AWS provider", "disk"}


def asked(path: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Type `make doctor` in a shell with this PATH."""
    kept = {name: value for name, value in os.environ.items() if name in ("HOME", "XDG_CACHE_HOME")}
    return subprocess.run(
        [sys.executable, "-m", "scripts.toolchain.doctor"],
        cwd=REPOSITORY,
        env={**kept, "PATH": path, **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def lines(printed: str) -> dict[str, str]:
    """The mark of each thing that was looked for."""
    rows = [row.split(maxsplit=1) for row in printed.splitlines() if row.startswith(("ok ", "MISSING ", "without "))]
    return {rest.split(": ")[0].split(" (")[0]: mark for mark, rest in rows}


def test_a_machine_on_which_the_tests_run_is_ready() -> None:
    done = asked(os.environ["PATH"])
    assert done.returncode == 0, done.stdout + done.stderr
    found = lines(done.stdout)
    assert {name for name, mark in found.items() if mark == "ok"} >= ALL_NEED
    assert done.stdout.splitlines()[-1].startswith("Ready: make ")


def test_what_is_missing_is_said_with_the_way_to_get_it(tmp_path: Path) -> None:
    """A machine with git and make, and neither the engines nor Go."""
    for name in ("git", "make"):
        (tmp_path / name).symlink_to(shutil.which(name) or name)
    done = asked(str(tmp_path), XDG_CACHE_HOME=str(tmp_path / "cache"), CSVBATCH_PYTHON=sys.executable)
    found = lines(done.stdout)
    assert done.returncode == 1
    assert {name for name, mark in found.items() if mark == "MISSING"} == {"Terraform or OpenTofu", "Terragrunt"}
    assert {name for name, mark in found.items() if mark == "without"} >= {"Java", "actionlint", "mvn"}
    assert "mise install" in done.stdout
    assert "Missing: Terraform or OpenTofu, Terragrunt." in done.stdout
    assert not (tmp_path / "cache").exists()


def test_go_is_enough_for_what_can_be_built(tmp_path: Path) -> None:
    for name in ("git", "make"):
        (tmp_path / name).symlink_to(shutil.which(name) or name)
    (tmp_path / "go").write_text("#!/bin/sh\n")
    (tmp_path / "go").chmod(0o755)
    done = asked(str(tmp_path), XDG_CACHE_HOME=str(tmp_path / "cache"), CSVBATCH_PYTHON=sys.executable)
    assert done.returncode == 0, done.stdout
    assert f"will be built with {tmp_path / 'go'}" in done.stdout


def test_another_platform_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(platforms.OVERRIDE, raising=False)
    monkeypatch.setattr(platforms.platform, "system", lambda: "Darwin")
    first = next(doctor.findings())
    assert first.blocks
    assert "Linux virtual machine" in first.advice


def test_too_little_space_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "FREE_GIGABYTES", 10**9)
    (disk,) = [one for one in doctor.findings() if one.name == "disk"]
    assert disk.blocks
    assert "make room" in disk.advice
