"""Installs what the lock pins, for Lambda's platform, with uv."""

import re
import subprocess
import sys
from pathlib import Path

from scripts.packages.errors import WheelError
from scripts.packages.lock import Lock
from scripts.packages.target import PYTHON_VERSION, Target

_LIMIT_SECONDS = 900
_ADVICE = (
    (r"hash mismatch", "what was fetched is not what was locked: find out why before you lock again"),
    (
        r"matching (platform|python abi|python implementation) tag|no (usable )?wheels|building .* disabled",
        "nothing is built here: pin a version that has a wheel for CPython 3.13 and glibc 2.34 or older",
    ),
    (
        r"failed to (read|unzip|extract)|invalid (zip|wheel|archive)|unexpected end of file|file structure",
        "a wheel is damaged: drop the copies of it (uv cache clean), and see who offers it",
    ),
    (r"must have a hash", "make the lock with hashes (make lock)"),
    (r"couldn't parse", "the lock is damaged: make it anew (make lock)"),
)
_OTHERWISE = "is the package index within reach? uv takes it, a proxy and certificates from its own settings"


def install(lock: Lock, target: Target, folder: Path) -> None:
    """Put the wheels' files into a folder; raises `WheelError` with what uv said and what to do."""
    command = [
        *(_uv(), "pip", "install", "--quiet", "--no-progress", "--color", "never"),
        *("--target", str(folder), "--python", sys.executable),
        *("--python-platform", target.wheels, "--python-version", PYTHON_VERSION),
        *("--require-hashes", "--no-deps", "--no-build", "--no-compile-bytecode"),
        *("--requirements", str(lock.path)),
    ]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_LIMIT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise WheelError(f"{lock.path}: uv did not finish within {_LIMIT_SECONDS} s; {_OTHERWISE}") from error
    if done.returncode != 0:
        said = done.stderr.strip()
        advice = next((text for sign, text in _ADVICE if re.search(sign, said, re.IGNORECASE)), _OTHERWISE)
        raise WheelError(f"{lock.path} cannot be installed for {target.architecture}: {advice}\n{said}")


def _uv() -> str:
    try:
        from uv import find_uv_bin

        return find_uv_bin()
    except (ImportError, FileNotFoundError) as error:
        raise WheelError(
            f"uv is not installed beside {sys.executable}: it is a development dependency (make setup)"
        ) from error
