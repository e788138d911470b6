"""Data goes one way through the library: see `tool.importlinter` in pyproject.toml."""

import subprocess
import sys
from pathlib import Path

from scripts.common.paths import REPOSITORY


def test_no_room_imports_a_higher_one_and_no_modules_import_each_other() -> None:
    command = [Path(sys.executable).parent / "lint-imports", "--no-cache", "--verbose"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Contracts: 3 kept, 0 broken." in done.stdout
