"""Where everything is: the checkout's folders, what is built in them, and the project's cache of this user."""

from __future__ import annotations

import os
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
LIVE = REPOSITORY / "live"
MODULES = REPOSITORY / "modules"
LAMBDAS = REPOSITORY / "lambdas"
REQUIREMENTS = REPOSITORY / "requirements"

DIST = REPOSITORY / "dist"
PACKAGES = DIST / "lambda"
"""The packages of the Lambdas, in a folder for each architecture."""
LOCAL = REPOSITORY / ".local"
"""State of the local AWS, its runtime and the demo."""

TOOLS = REPOSITORY / ".tools"
BIN = TOOLS / "bin"
TERRAFORM_RC = TOOLS / "terraform.rc"
TOOLCHAIN_JSON = TOOLS / "toolchain.json"
"""Where `make setup` found each tool; `tools.read()` reads it."""
SETUP_LOCK = REPOSITORY / ".setup.lock"
"""Outside the folders that `make clean` removes: removing a lock that is held would let a second process in."""
VENV = REPOSITORY / ".venv"
SCAN_VENV = REPOSITORY / ".venv-scan"
BENCH_VENV = REPOSITORY / ".venv-bench"
JUDGES_VENV = REPOSITORY / ".venv-judges"
JUDGES_CORPORA = JUDGES_VENV / "corpora"
SECOND_AWS_VENV = REPOSITORY / ".venv-second-aws"


def command(name: str) -> str:
    """The path of one of the project's own commands, which are installed beside the Python that runs this."""
    return str(Path(sys.executable).with_name(name))


def path_folders() -> list[str]:
    """The folders of PATH without the project's own: the set-up must not find a tool in what it is building."""
    own = {str(BIN), str(VENV / "bin"), str(SCAN_VENV / "bin")}
    return [entry for entry in os.environ.get("PATH", "").split(os.pathsep) if entry and entry not in own]


def user_cache() -> Path:
    """The project's folder in the user's cache, for what is built once per machine."""
    base = os.environ.get("XDG_CACHE_HOME") or ""
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".cache") / "csvbatch"
