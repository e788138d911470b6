"""`. scripts/activate` and the commands it gives mean the checkout they come from, whatever the current folder is."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from scripts.common.paths import REPOSITORY

ACTIVATE = REPOSITORY / "scripts" / "activate"


def source(shell: str, folder: Path, script: str) -> "subprocess.CompletedProcess[str]":
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"there is no {shell} on PATH")
    return subprocess.run(
        [program, "-c", f'. "{ACTIVATE}" && {script}'],
        cwd=folder,
        env={"PATH": os.defpath, "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_tools_are_those_of_the_checkout_also_in_another_repository(shell: str, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True, timeout=60)
    done = source(shell, tmp_path, "command -v local-aws")
    assert done.stdout.strip() == str(REPOSITORY / ".venv" / "bin" / "local-aws"), done.stderr


def test_shell_that_does_not_tell_where_the_file_is_works_in_the_checkout_and_refuses_elsewhere(tmp_path: Path) -> None:
    done = source("dash", REPOSITORY / "live", "command -v local-aws")
    assert done.stdout.strip() == str(REPOSITORY / ".venv" / "bin" / "local-aws"), done.stderr

    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True, timeout=60)
    refused = source("dash", tmp_path, "command -v local-aws")
    assert refused.returncode != 0
    assert "go to the checkout of csvbatch" in refused.stderr
