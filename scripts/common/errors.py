"""The one error that a person can act on, and how every command reports it."""

from __future__ import annotations

import sys
from collections.abc import Callable

from scripts.common.signals import TerminatedError, raise_on_signals

EXIT_INTERRUPTED = 130
"""What shells report for a program that Ctrl-C ended."""


class UserError(Exception):
    """A failure that the person who typed the command can act on.

    The text says what is wrong, where, and what to do; `exit_status`, where given, is what the command ends with.
    """

    def __init__(self, message: str, exit_status: int | None = None) -> None:
        super().__init__(message)
        self.exit_status = exit_status


def run_main(
    name: str, body: Callable[[], int | None], expected: tuple[type[Exception], ...] = (), failure_status: int = 1
) -> int:
    """Run a command's body and return its exit status, which is 0 where the body returns none.

    A UserError is printed to standard error as `name: message`, and so are the exceptions in `expected`; both end the
    command with `failure_status`, unless the error has a status of its own. Ctrl-C and SIGTERM end the body by an
    exception, so that whatever it started is stopped on the way out.
    """
    reported: tuple[type[Exception], ...] = (UserError, *expected)
    try:
        with raise_on_signals():
            return body() or 0
    except reported as error:
        print(f"{name}: {error}", file=sys.stderr)
        status = error.exit_status if isinstance(error, UserError) else None
        return failure_status if status is None else status
    except TerminatedError as error:
        print(f"{name}: {error}", file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt:
        print(f"{name}: interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
