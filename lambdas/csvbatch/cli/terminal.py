"""Output: tables and facts on standard output, progress and questions on standard error."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from csvbatch.cli.problems import CommandError, UsageError

if TYPE_CHECKING:
    from rich.progress import Progress


def printable(text: str) -> str:
    """Escape unprintable characters, so that a file cannot send commands to the terminal."""
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)


def say(text: str) -> None:
    """Print a message on standard error."""
    print(f"csvbatch: {text}", file=sys.stderr, flush=True)


def show(text: str = "") -> None:
    """Print lines of the result."""
    print("\n".join(map(printable, text.splitlines())))


def show_json(value: Mapping[str, Any]) -> None:
    """Print an object as one line of JSON."""
    print(json.dumps(value, default=str, ensure_ascii=True))


def show_table(columns: Sequence[str], rows: Iterable[Sequence[object]], numeric: Sequence[str] = ()) -> None:
    """Print rows under headings; if the output is not a terminal, they are not cut to a terminal's width."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=None if sys.stdout.isatty() else 240, highlight=False, markup=False, emoji=False)
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, justify="right" if column in numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(formatted(value))) for value in row))
    console.print(table)


def formatted(value: object) -> str:
    """Format a value for people."""
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else str(value)


def confirm(question: str, *, yes: bool) -> None:
    """Ask before a change; ends the command unless the answer is yes."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(f"{question} There is no terminal to ask on: add --yes.")
    if not typer.confirm(question, err=True):
        raise CommandError("Nothing was changed.")


@contextmanager
def progress(unit: str) -> Iterator["Progress | None"]:
    """Show a progress bar on standard error; None if that is not a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    done = DownloadColumn() if unit == "bytes" else MofNCompleteColumn()
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), done, TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        yield shown
