"""The command behind `make clean`: stop every local AWS of this checkout, then remove everything that was built."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from scripts.common.errors import UserError, run_main
from scripts.common.locks import only_one
from scripts.common.paths import REPOSITORY, SETUP_LOCK

BUILT = (".venv", ".venv-bench", ".venv-scan", ".venv-judges", ".venv-second-aws", ".tools", ".local", "dist")
CACHES = (".terragrunt-cache", ".terraform")
"""What Terragrunt and Terraform leave in the folders they run in."""
WITH_CACHES = ("live", "modules", "tests")
_STOP_SECONDS = 30.0
_POLL_SECONDS = 0.05


def main() -> int:
    """Run the command; return 1 with the reason on standard error where a server cannot be stopped."""
    return run_main("clean", _clean)


def _clean() -> None:
    with only_one(SETUP_LOCK):
        clean(REPOSITORY)


def clean(checkout: Path) -> None:
    """Stop the servers first: without its folder a server could not save its state, and no command would find it."""
    for folder in _servers(checkout / ".local"):
        _stop(folder)
    for name in BUILT:
        _remove(checkout / name)
    for top in WITH_CACHES:
        for cache in _caches(checkout / top):
            _remove(cache)


def _caches(top: Path) -> Iterator[Path]:
    for folder, names, _ in os.walk(top):
        for name in CACHES:
            if name in names:
                names.remove(name)
                yield Path(folder) / name


def _servers(top: Path) -> Iterator[Path]:
    """The folders of running servers; each holds a lock, as `scripts.local.aws.state` describes."""
    for lock in sorted(top.rglob("server.lock")):
        if _is_held(lock):
            yield lock.parent


def _is_held(lock: Path) -> bool:
    try:
        with lock.open("rb") as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _stop(folder: Path) -> None:
    """Interrupt the server, which saves nothing, and wait until it releases its lock; kill it where it does not."""
    for number in (signal.SIGINT, signal.SIGKILL):
        pid = _process(folder)
        if pid:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        deadline = time.monotonic() + _STOP_SECONDS
        while _is_held(folder / "server.lock"):
            if time.monotonic() > deadline:
                break
            time.sleep(_POLL_SECONDS)
        else:
            return
    raise UserError(f"the local AWS in {folder} does not end, so nothing was removed. End process {pid or '?'} first")


def _process(folder: Path) -> int | None:
    """The server's process id; None while it starts."""
    try:
        pid = json.loads((folder / "server.json").read_text(encoding="utf-8"))["pid"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return pid if isinstance(pid, int) else None


def _remove(folder: Path) -> None:
    if folder.is_symlink():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
