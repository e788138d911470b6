"""How an AWS behaves that is not the same in each account and at each time: quotas, late logs, slow interfaces."""

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What `local-aws start` can be asked for.

    Attributes
    ----------
    new_account
        Whether the quotas are those of a new account (`scripts.local.aws.validation.quotas`).
    late_logs_seconds
        The longest time until a log record arrives; 0 if each arrives at once.
    interface_seconds
        How long Lambda keeps a network interface that no function uses any more. On AWS it is up to 20 minutes
        (https://github.com/awsdocs/aws-lambda-developer-guide/blob/2be81b8fa0e4b7ecb20892909bcd01da2e6cb61c/doc_source/foundation-networking.md),
        in one of a hundred cases 35 or more, so Terraform's AWS provider waits for 45
        (https://github.com/pulumi/pulumi-aws/issues/4382).

    """

    new_account: bool = False
    late_logs_seconds: float = 0
    interface_seconds: float = 2

    def arguments(self) -> list[str]:
        """The options of `local-aws start` that ask for it."""
        asked = ["--new-account"] if self.new_account else []
        if self.late_logs_seconds != DEFAULT.late_logs_seconds:
            asked.append(f"--late-logs={self.late_logs_seconds:g}")
        if self.interface_seconds != DEFAULT.interface_seconds:
            asked.append(f"--keep-interfaces={self.interface_seconds:g}")
        return asked


DEFAULT = Behaviour()

_current = DEFAULT


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `Behaviour.arguments`."""
    parser.add_argument("--new-account", action="store_true", help="apply the quotas that a new account has")
    parser.add_argument(
        "--late-logs",
        type=_seconds,
        default=DEFAULT.late_logs_seconds,
        metavar="SECONDS",
        help="deliver access logs and log events up to so many seconds late, and not in their order",
    )
    parser.add_argument(
        "--keep-interfaces",
        type=_seconds,
        default=DEFAULT.interface_seconds,
        metavar="SECONDS",
        help="delete the network interfaces of a function so long after the function (default: %(default)s; "
        "on AWS up to 20 minutes)",
    )


def of(options: argparse.Namespace) -> Behaviour:
    """What the parsed options ask for."""
    return Behaviour(options.new_account, options.late_logs, options.keep_interfaces)


def current() -> Behaviour:
    """How this process behaves."""
    return _current


def use(behaviour: Behaviour) -> None:
    """Behave like this from now on."""
    global _current
    _current = behaviour


@contextmanager
def using(behaviour: Behaviour) -> Iterator[None]:
    """Behave like this for the length of the block."""
    before = current()
    use(behaviour)
    try:
        yield
    finally:
        use(before)


def now() -> float:
    """The seconds since 1970: data that are saved and loaded again keep their times."""
    return time.time()


def _seconds(text: str) -> float:
    seconds = float(text)
    if seconds < 0:
        raise argparse.ArgumentTypeError(f"{text} is less than 0")
    return seconds
