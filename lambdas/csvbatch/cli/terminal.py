"""What is shown: tables and facts on standard output, progress and questions on standard error."""

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
    """Spell out what does not print, so that a file cannot send commands to the terminal."""
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)


def say(text: str) -> None:
    """Say something beside the result."""
    print(f"csvbatch: {text}", file=sys.stderr, flush=True)


def show(text: str = "") -> None:
    """Show a line of the result."""
    print("\n".join(map(printable, text.splitlines())))


def show_json(value: Mapping[str, Any]) -> None:
    """Show an object on a line of its own."""
    print(json.dumps(value, default=str, ensure_ascii=True))


def show_table(columns: Sequence[str], rows: Iterable[Sequence[object]], numeric: Sequence[str] = ()) -> None:
    """Show rows under headings; where the output is no terminal, none is cut to a terminal's width."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=None if sys.stdout.isatty() else 240, highlight=False, markup=False, emoji=False)
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, justify="right" if column in numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(spelled(value))) for value in row))
    console.print(table)


def spelled(value: object) -> str:
    """As a person reads it."""
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else str(value)


def confirm(question: str, *, yes: bool) -> None:
    """Ask before something is changed; ends the command unless the answer is yes."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(f"{question} Nobody is here to answer: add --yes.")
    if not typer.confirm(question, err=True):
        raise CommandError("Nothing was changed.")


@contextmanager
def progress(unit: str) -> Iterator["Progress | None"]:
    """A bar on standard error while something long is done, gone at its end; None where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    done = DownloadColumn() if unit == "bytes" else MofNCompleteColumn()
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), done, TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        yield shown
