"""What the steps of a run share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from scripts.account.account import Account
from scripts.account.verify.record import Record
from scripts.account.verify.target import Target
from scripts.common.environments import Environment


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for on the command line."""

    rows: int
    wait_seconds: float
    is_confirmed: bool = False
    credentials: Mapping[str, str | int] | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """One run: the account, the record of what is done, and where to report."""

    environment: Environment
    account: Account
    target: Target
    record: Record
    options: Options
    folder: Path
    console: Console
    say: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `run` gives what it found in one line, and raises UserError where something is not as it must be."""

    name: str
    title: str
    run: Callable[[Context], str]
