"""A copy of the tree as mutmut wants it: the code to mutate below `src`, so that names are those of imports."""

import shutil
from pathlib import Path

from scripts.common.paths import REPOSITORY

WORKSPACE = REPOSITORY / "dist" / "mutants"
_COPIED = ("live", "scripts", "tests")

LEFT_OUT = {
    "store/oracle": "its SQL runs in Oracle alone; tests/integration/store holds it against a server",
    "store/postgresql": "its SQL runs in PostgreSQL alone; tests/integration/store holds it against a server",
}
"""What the tests of this selection cannot judge, and what does. The store's own suite is part of the selection, over
SQLite, which needs no server: it is what tests the ledger and the merge."""

_SETTINGS = """\
[tool.pytest.ini_options]
addopts = "--import-mode=importlib"
markers = ["oracle: needs a real Oracle", "slow: takes minutes"]
pythonpath = ["."]

[tool.mutmut]
source_paths = ["src"]
only_mutate = ["src/csvbatch/*"]
do_not_mutate = [{left_out}]
also_copy = ["lambdas", "live", "scripts", "terragrunt.hcl"]
pytest_add_cli_args = [
  "-m", "not slow",
  "-k", "not memory and not (integration and (postgresql or oracle))",
  "-p", "no:cacheprovider",
  "-p", "tests.mutants.limits",
]
pytest_add_cli_args_test_selection = [{tests}]
# Workers that begin without what the tests left in memory: `functools.cache` would hold results of the code as it was.
process_isolation = "forkserver"
# Seconds of the clock, which are only for tests that wait without end: see tests/mutants/limits.py.
timeout_constant = 10.0
timeout_multiplier = 60.0
"""
_TESTS = (
    *(f"tests/unit/csvbatch/{package}" for package in ("contract", "csv_file", "rows", "store", "pipeline")),
    *(f"tests/unit/csvbatch/{package}" for package in ("aws", "local", "cli")),
    "tests/integration/store",
)


def make_workspace() -> Path:
    """Copy what the tests of the library need; results of an earlier run are dropped."""
    shutil.rmtree(WORKSPACE, ignore_errors=True)
    ignored = shutil.ignore_patterns("__pycache__", ".terragrunt-cache")
    for name in _COPIED:
        shutil.copytree(REPOSITORY / name, WORKSPACE / name, ignore=ignored)
    for copy in ("src", "lambdas"):
        shutil.copytree(REPOSITORY / "lambdas", WORKSPACE / copy, ignore=ignored)
    shutil.copy(REPOSITORY / "terragrunt.hcl", WORKSPACE)
    left_out = ", ".join(f'"src/csvbatch/{folder}/*"' for folder in LEFT_OUT)
    tests = ", ".join(f'"{folder}"' for folder in _TESTS)
    settings = _SETTINGS.format(left_out=left_out, tests=tests)
    (WORKSPACE / "pyproject.toml").write_text(settings, encoding="utf-8")
    return WORKSPACE
