"""The set-up imports `scripts.common` before any virtual environment exists."""

import subprocess
import sys

from scripts.common.paths import REPOSITORY

IMPORTS = """
import importlib, pkgutil, sys
import scripts.common, scripts.toolchain
for package in (scripts.common, scripts.toolchain):
    for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
"""


def test_common_and_toolchain_need_the_standard_library_only() -> None:
    """With -I and -S neither the virtual environment nor the user's packages can be imported."""
    code = f"import sys; sys.path.insert(0, {str(REPOSITORY)!r}){IMPORTS}"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
