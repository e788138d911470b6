"""What a package contains, and the digest of it."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

REGULAR_FILE = 0o100644
EXECUTABLE_FILE = 0o100755


@dataclass(frozen=True, slots=True)
class File:
    """A file to package: its path in the zip, its mode and its content."""

    path: str
    mode: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """A packaged file: its path in the zip, its mode, the SHA-256 of its content in hex, and its size in bytes."""

    path: str
    mode: int
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Package:
    """A distribution as packaged: the digest of its files, and their unzipped size in bytes."""

    name: str
    version: str
    licence: str
    sha256: str
    unzipped_bytes: int


def entry_of(file: File) -> Entry:
    """Describe a file."""
    return Entry(file.path, file.mode, hashlib.sha256(file.content).hexdigest(), len(file.content))


def content_digest(entries: Iterable[Entry]) -> str:
    """Return the SHA-256, in hex, of what a package contains, independent of how its files were compressed.

    The digested text is UTF-8 without a byte order mark, each line ending in a line feed. The first line is
    `lambda-package 1`. Then comes a line for each file, in the order of the paths' UTF-8 bytes: the mode as
    six octal digits, a space, the content's SHA-256 as 64 hex digits, a space, the path with forward slashes.
    """
    # Code points and UTF-8 bytes sort alike.
    ordered = sorted(entries, key=lambda entry: entry.path)
    lines = [f"{entry.mode:06o} {entry.sha256} {entry.path}\n" for entry in ordered]
    return hashlib.sha256("".join(("lambda-package 1\n", *lines)).encode()).hexdigest()
