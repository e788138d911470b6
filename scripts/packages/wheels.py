"""Installs the wheels that the lock pins, for Lambda's platform, with uv."""

import re
import sys
from pathlib import Path

from scripts.common.commands import CommandFailedError, run
from scripts.common.errors import UserError
from scripts.packages.architectures import PYTHON_VERSION, Target

_LIMIT_SECONDS = 900
_ADVICE = (
    (r"hash mismatch", "the file is not the one that was locked: find out why before you lock again"),
    (
        r"matching (platform|python abi|python implementation) tag|no (usable )?wheels|building .* disabled",
        "packages are not built here: pin a version that has a wheel for CPython 3.13 and glibc 2.34 or older",
    ),
    (
        r"failed to (read|unzip|extract)|invalid (zip|wheel|archive)|unexpected end of file|file structure",
        "a wheel is damaged: remove the cached copies (uv cache clean), and check where it comes from",
    ),
    (r"must have a hash", "make the lock with hashes (make lock)"),
    (r"couldn't parse", "the lock is damaged: make it again (make lock)"),
)
_OTHERWISE = "can the package index be reached? uv reads its address, a proxy and certificates from its own settings"


def install(lock: Path, target: Target, folder: Path) -> None:
    """Install the wheels into a folder; raises `UserError` with uv's message and what to do."""
    command = [
        *(_uv(), "pip", "install", "--quiet", "--no-progress", "--color", "never"),
        *("--target", str(folder), "--python", sys.executable),
        *("--python-platform", target.wheels, "--python-version", PYTHON_VERSION),
        *("--require-hashes", "--no-deps", "--no-build", "--no-compile-bytecode"),
        *("--requirements", str(lock)),
    ]
    try:
        run(command, limit_seconds=_LIMIT_SECONDS)
    except CommandFailedError as error:
        advice = next((text for sign, text in _ADVICE if re.search(sign, error.stderr, re.IGNORECASE)), _OTHERWISE)
        raise UserError(
            f"{lock} cannot be installed for {target.architecture}: {advice}\n{error.stderr.strip()}"
        ) from error


def _uv() -> str:
    try:
        from uv import find_uv_bin

        return find_uv_bin()
    except (ImportError, FileNotFoundError) as error:
        raise UserError(f"uv is not installed beside {sys.executable}; make setup installs it") from error
