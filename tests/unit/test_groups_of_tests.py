"""Tests that share what is expensive to make run in one process, however many processes there are."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from scripts.common import environments

TESTS_PER_FOLDER = 10
_RAN = re.compile(r"^\[(gw\d)\].* PASSED tests/(\S+)/test_made_up\.py", re.MULTILINE)


def test_one_process_runs_all_tests_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    shutil.copy(environments.REPOSITORY / "tests" / "conftest.py", tmp_path / "tests")
    folders = ("unit/first", "unit/second", "integration/platform", "integration/least_privilege")
    for folder in folders:
        made_up = tmp_path / "tests" / folder / "test_made_up.py"
        made_up.parent.mkdir(parents=True)
        parameters = f'@pytest.mark.parametrize("number", range({TESTS_PER_FOLDER}))'
        made_up.write_text(f"import pytest\n\n{parameters}\ndef test_nothing(number): pass\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=importlib\n")
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-v", "-n", "2", "--dist", "loadgroup", "tests"]
    done = subprocess.run(
        command, cwd=tmp_path, env=variables, capture_output=True, text=True, timeout=300, check=False
    )
    ran = _RAN.findall(done.stdout)
    assert len(ran) == len(folders) * TESTS_PER_FOLDER, done.stdout + done.stderr
    processes = {folder: {process for process, name in ran if name == folder} for folder in folders}
    assert [folder for folder, of in processes.items() if len(of) != 1] == []
