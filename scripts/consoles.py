"""What commands print tables to: a terminal has its own width, a log has one that the widest table fits into."""

import sys
from typing import TextIO

from rich.console import Console

WIDTH_OF_A_LOG = 180
"""Characters."""


def console_of(stream: TextIO | None = None) -> Console:
    """A console on a stream, or on standard output."""
    chosen = stream or sys.stdout
    return Console(file=chosen, highlight=False, width=None if chosen.isatty() else WIDTH_OF_A_LOG)
