"""Copies of the configuration with a few lines changed, as a user would change them."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from scripts.common.paths import REPOSITORY

_COPIED = ("terragrunt.hcl", "live", "modules", "scripts/refuse")


def variant(folder: Path, edits: Mapping[str, tuple[str, str]]) -> Path:
    """Copy the configuration into a folder and replace a text in each file named; gives the copy's `live/`.

    Raises AssertionError where a file does not hold its text exactly once: the edit would not be the one meant.
    """
    for name in _COPIED:
        source, target = REPOSITORY / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns(".terra*", "tests"))
        else:
            shutil.copy2(source, target)
    for name, (old, new) in edits.items():
        text = (folder / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{name} holds {text.count(old)} times: {old}"
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    return folder / "live"
