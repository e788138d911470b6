"""The user's cache: what took long to make is made once a machine, whole or not at all."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from scripts.common.paths import user_cache

_UNFINISHED = ".unfinished"
_UNUSED_SECONDS = 30 * 24 * 3600


def cache_folder() -> Path:
    """Where packaging keeps what it can make again."""
    return user_cache() / "lambda-packages"


@contextlib.contextmanager
def only_one(lock: Path) -> Iterator[None]:
    """Let one process at a time through; the system lets go of the lock of a killed one."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("ab") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def unfinished(path: Path) -> Path:
    """Name what is to become a file or folder, apart for each process, until it is whole."""
    return path.with_name(f"{path.name}.{os.getpid()}{_UNFINISHED}")


def write_whole(path: Path, *pieces: bytes | memoryview) -> None:
    """Replace a file in one step: a reader finds the old content or the new, and never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = unfinished(path)
    try:
        with part.open("wb") as file:
            file.writelines(pieces)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def remove_unfinished(folder: Path) -> None:
    """Remove what killed processes left; call it only where nobody else can be writing."""
    for left in folder.glob(f"*{_UNFINISHED}"):
        _remove(left)


def remove_unused(cache: Path) -> None:
    """Remove from the cache's folders what was neither made nor used for a month."""
    oldest = time.time() - _UNUSED_SECONDS
    for kept in cache.glob("*/*"):
        # Another build may remove the same ones.
        with contextlib.suppress(FileNotFoundError):
            if kept.stat().st_mtime < oldest:
                _remove(kept)


def _remove(path: Path) -> None:
    if path.is_dir():
        remove_folder(path)
    else:
        path.unlink(missing_ok=True)


def remove_folder(folder: Path) -> None:
    """Remove a folder with all that is in it, if it is there."""
    # Takes long to load, for what few builds have to do.
    import shutil

    shutil.rmtree(folder, ignore_errors=True)
