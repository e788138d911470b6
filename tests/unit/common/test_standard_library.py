"""The set-up imports `scripts.common` before any virtual environment exists, with whatever Python there is."""

import ast
import subprocess
import sys
from pathlib import Path

from scripts.common.paths import REPOSITORY

ALL = """
import importlib, pkgutil, scripts.common, scripts.toolchain
for package in (scripts.common, scripts.toolchain):
    for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
"""
OF_THE_SET_UP = """
import scripts.toolchain.__main__, scripts.toolchain.cleaning
print(*(module.__file__ for name, module in sys.modules.items() if name.startswith("scripts.")), sep="\\n")
"""
OLDEST = (3, 9)


def run_without_packages(code: str) -> str:
    """With -I and -S neither the virtual environment nor the user's packages can be imported."""
    code = f"import sys; sys.path.insert(0, {str(REPOSITORY)!r}){code}"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_common_and_toolchain_need_the_standard_library_only() -> None:
    run_without_packages(ALL)


def test_what_the_set_up_imports_is_written_for_the_oldest_python_that_the_documents_name() -> None:
    files = [Path(line) for line in run_without_packages(OF_THE_SET_UP).splitlines()]
    assert REPOSITORY / "scripts" / "common" / "commands.py" in files
    for file in files:
        source = file.read_text(encoding="utf-8")
        ast.parse(source, str(file), feature_version=OLDEST)
        assert "from __future__ import annotations" in source or file.name == "__init__.py", file
    documents = [REPOSITORY / "README.md", *(REPOSITORY / "docs").glob("*.md")]
    assert any(f"({OLDEST[0]}.{OLDEST[1]} or later)" in one.read_text(encoding="utf-8") for one in documents)
