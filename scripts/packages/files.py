"""The user's cache, and files that appear whole or not at all."""

import contextlib
import hashlib
import os
import shutil
import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

from scripts.common.paths import user_cache

_UNFINISHED = ".unfinished"
_UNUSED_SECONDS = 30 * 24 * 3600


def cache_folder() -> Path:
    """Where packaging keeps what it can make again."""
    return user_cache() / "lambda-packages"


def packager_digest() -> bytes:
    """Digest what shapes a package besides its inputs: these sources, Python and zlib."""
    digest = hashlib.sha256(f"{sys.version}\n{zlib.ZLIB_RUNTIME_VERSION}\n".encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    return digest.digest()


@contextlib.contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Yield a path to write to; it replaces the file or folder in one step at the end, unless something fails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}{_UNFINISHED}")
    try:
        yield part
        if part.is_dir():
            _remove(path)
        part.replace(path)
    except BaseException:
        _remove(part)
        raise


def remove_unfinished(folder: Path) -> None:
    """Remove what killed processes left behind; only call it where no other process is writing."""
    for left in folder.glob(f"*{_UNFINISHED}"):
        _remove(left)


def remove_unused(folder: Path) -> None:
    """Remove what was not used for a month; using something means touching it."""
    oldest = time.time() - _UNUSED_SECONDS
    for kept in folder.iterdir():
        if kept.stat().st_mtime < oldest:
            _remove(kept)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
