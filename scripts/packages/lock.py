"""The hashed requirement file that says which wheels go into the packages."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from scripts.packages.errors import LockError


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock file, the SHA-256 of its bytes in hex, and what the project asks for, which the lock makes exact."""

    path: Path
    sha256: str
    asked: tuple[str, ...]


def read_lock(path: Path, asked: tuple[str, ...]) -> Lock:
    """Read a lock; raises `LockError` where there is none, or nothing in it."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise LockError(
            f"{path}: {error.strerror}. It pins the functions' dependencies: take it from version control, "
            f"or make it (make lock)"
        ) from error
    if not any(line.strip() and not line.lstrip().startswith(b"#") for line in content.splitlines()):
        raise LockError(f"{path}: it pins nothing; make it anew (make lock)")
    return Lock(path, hashlib.sha256(content).hexdigest(), asked)
