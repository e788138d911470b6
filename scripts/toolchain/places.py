"""Where the set-up puts things: inside the checkout, and one folder of the user's cache."""

from __future__ import annotations

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
TOOLS = REPOSITORY / ".tools"
BIN = TOOLS / "bin"
TERRAFORM_RC = TOOLS / "terraform.rc"
TOOLCHAIN_JSON = TOOLS / "toolchain.json"
SETUP_LOCK = REPOSITORY / ".setup.lock"
"""Outside the folders that `make clean` removes: a lock that is removed while it is held locks nobody out."""
VENV = REPOSITORY / ".venv"
SCAN_VENV = REPOSITORY / ".venv-scan"
JUDGES_VENV = REPOSITORY / ".venv-judges"
JUDGES_CORPORA = JUDGES_VENV / "corpora"


def path_folders() -> list[str]:
    """The folders of PATH, without the project's own: what is looked for must not be found in what is being built."""
    own = {str(BIN), str(VENV / "bin"), str(SCAN_VENV / "bin")}
    return [entry for entry in os.environ.get("PATH", "").split(os.pathsep) if entry and entry not in own]


def user_cache() -> Path:
    """The project's folder in the user's cache: what is built once per machine."""
    base = os.environ.get("XDG_CACHE_HOME") or ""
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".cache") / "csvbatch"
