"""Asks programs for their versions."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from scripts.common.commands import CommandError, run

Version = tuple[int, int, int]
_LIMIT_SECONDS = 90
"""An engine of 100 MB that was just built takes more than 20 seconds to start where many other programs run."""


def first_line(command: Sequence[str]) -> str:
    """What a program prints first, or nothing where it cannot be run."""
    try:
        done = run(command, limit_seconds=_LIMIT_SECONDS, environment={**os.environ, "CHECKPOINT_DISABLE": "1"})
    except CommandError:
        return ""
    return done.stdout.strip().partition("\n")[0]


def parse_version(text: str) -> Version:
    """The first x.y.z of a text, or 0.0.0."""
    found = re.search(r"(\d+)\.(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2]), int(found[3])) if found else (0, 0, 0)
