"""A copy of the tree as mutmut wants it: the code to mutate below `src`, so that names are those of imports."""

import shutil
from pathlib import Path

from scripts.common.paths import REPOSITORY

WORKSPACE = REPOSITORY / "dist" / "mutants"
_COPIED = ("live", "scripts", "tests")

_SETTINGS = """\
[tool.pytest.ini_options]
addopts = "--import-mode=importlib"
markers = ["oracle: needs a real Oracle", "slow: takes minutes"]
pythonpath = ["."]

[tool.mutmut]
source_paths = ["src"]
only_mutate = ["src/csvbatch/csv_file/*", "src/csvbatch/rows/*", "src/csvbatch/store/*", "src/csvbatch/pipeline/*"]
also_copy = ["lambdas", "live", "scripts", "terragrunt.hcl"]
pytest_add_cli_args = ["-m", "not slow", "-k", "not memory", "-p", "no:cacheprovider"]
pytest_add_cli_args_test_selection = [
  "tests/unit/csvbatch/csv_file",
  "tests/unit/csvbatch/rows",
  "tests/unit/csvbatch/store",
  "tests/unit/csvbatch/pipeline",
]
"""


def make_workspace() -> Path:
    """Copy what the unit tests of the library need; results of an earlier run are dropped."""
    shutil.rmtree(WORKSPACE, ignore_errors=True)
    ignored = shutil.ignore_patterns("__pycache__", ".terragrunt-cache", "mutants")
    for name in _COPIED:
        shutil.copytree(REPOSITORY / name, WORKSPACE / name, ignore=ignored)
    for copy in ("src", "lambdas"):
        shutil.copytree(REPOSITORY / "lambdas", WORKSPACE / copy, ignore=ignored)
    shutil.copy(REPOSITORY / "terragrunt.hcl", WORKSPACE)
    (WORKSPACE / "pyproject.toml").write_text(_SETTINGS, encoding="utf-8")
    return WORKSPACE
