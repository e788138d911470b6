"""Replaces files and links atomically: another process sees the old one or the new one."""

from __future__ import annotations

import os
from pathlib import Path


def write_if_changed(path: Path, text: str) -> None:
    """Replace a file atomically, unless it has this text already."""
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = _unfinished(path)
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def link_if_changed(link: Path, target: Path) -> None:
    """Replace a link atomically, unless it has this target already."""
    if link.is_symlink() and link.readlink() == target:
        return
    link.parent.mkdir(parents=True, exist_ok=True)
    part = _unfinished(link)
    part.symlink_to(target)
    part.replace(link)


def _unfinished(path: Path) -> Path:
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.unlink(missing_ok=True)
    return part
