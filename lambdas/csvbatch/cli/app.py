"""The command and its subcommands."""

import logging
import sys
from collections.abc import Sequence

import typer

from csvbatch.cli import archive, check, load, pause, redrive, rejects, replay, schema, split, status
from csvbatch.cli.problems import FOUND, WRONG_USAGE, CommandError, sentence

APP = typer.Typer(
    help="Load CSV files so that every row is either in the table or in a file of rejects with the reason.",
    epilog="Exit status: 0 success, 1 a problem was found, 2 wrong usage.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
for _module in (check, load, split, status, rejects, redrive, replay, pause, archive, schema):
    _module.add_to(APP)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and exit: 0 success, 1 a problem was found, 2 wrong usage."""
    logging.getLogger("csvbatch").addHandler(logging.NullHandler())
    try:
        APP(args=None if arguments is None else list(arguments), prog_name="csvbatch")
    except CommandError as problem:
        _fail(str(problem), problem.status)
    except Exception as error:
        _fail(sentence(error), WRONG_USAGE if isinstance(error, ValueError) and _is_ours(error) else FOUND)


def _is_ours(error: Exception) -> bool:
    return type(error).__module__.startswith("csvbatch.")


def _fail(text: str, status: int) -> None:
    print(f"csvbatch: {text}", file=sys.stderr)
    raise SystemExit(status) from None
