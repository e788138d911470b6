"""Runs Terragrunt over the units of an environment, and reads its log: the one place for all commands."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from scripts.common.commands import GRACE_SECONDS, CommandError, run, running
from scripts.common.environments import Environment
from scripts.common.errors import UserError
from scripts.common.paths import command

TERRAGRUNT = command("terragrunt")
"""The project's launcher, which starts the real one with the project's tools."""
BOOTSTRAP_LIMIT_SECONDS = 180
_BANNER = "terragrunt: "


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of Terragrunt's log: the unit's name (empty where it is about no unit), its level and its text.

    The levels are Terragrunt's own (https://docs.terragrunt.com/reference/logging): `error` and `stdout`, which is
    what Terraform prints, are those that commands look at.
    """

    unit: str
    level: str
    message: str

    @property
    def is_error(self) -> bool:
        """Whether it says what went wrong."""
        return self.level == "error"


def run_all(
    environment: Environment,
    terraform: Sequence[str],
    variables: Mapping[str, str],
    read: Callable[[LogLine], None],
    *,
    limit_seconds: float,
    options: Sequence[str] = (),
    grace_seconds: float = GRACE_SECONDS,
    stopping: Callable[[], None] = lambda: None,
    program: str = "",
) -> int:
    """Run a Terraform command in every unit and pass each line of the log to `read`; return the exit status.

    `options` are further flags of `terragrunt run`. `program` is the Terragrunt to start in place of the launcher, for
    callers that have checked what the launcher checks. If the run is interrupted, `stopping` is called, and Terraform
    has `grace_seconds` to finish what it has begun. Raises CommandTimedOutError where it does not end in time.
    """
    typed = [
        program or TERRAGRUNT,
        "run",
        "--all",
        "--non-interactive",
        "--no-color",
        "--log-format",
        "json",
        "--summary-disable",
    ]
    typed += ["--working-dir", str(environment.folder), *options, "--", *terraform]
    with running(typed, limit_seconds=limit_seconds, environment=variables, grace_seconds=grace_seconds) as terragrunt:
        try:
            for line in log_lines(terragrunt.lines()):
                read(line)
            return terragrunt.wait()
        except BaseException:
            stopping()
            raise


def only(units: Iterable[str]) -> list[str]:
    """Flags of `terragrunt run` that leave all other units out; none where there are no names.

    https://docs.terragrunt.com/features/filter/ has the expressions: braces make one a path.
    """
    return [part for unit in units for part in ("--filter", f"{{./{unit}}}")]


def log_lines(lines: Iterable[str]) -> Iterator[LogLine]:
    """Parse what `--log-format json` prints.

    What is not JSON comes from the launcher (its banner, or a refusal), or from a crash, and so counts as an error
    unless it is the banner.
    """
    for line in lines:
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            unit = record.get("working-dir", "").rstrip("/").rpartition("/")[2]
            yield LogLine(unit, record.get("level", ""), record.get("msg", ""))
        except (ValueError, AttributeError):
            yield LogLine("", "info" if line.startswith(_BANNER) else "error", line.rstrip())


def bootstrap(environment: Environment, variables: Mapping[str, str]) -> None:
    """Create the state bucket and the lock table that all units share, where they are missing."""
    typed = [TERRAGRUNT, "backend", "bootstrap", "--all", "--log-level", "error"]
    typed += ["--working-dir", str(environment.folder)]
    try:
        run(typed, limit_seconds=BOOTSTRAP_LIMIT_SECONDS, environment=variables)
    except CommandError as error:
        raise UserError(f"The state backend of {environment.name} could not be created: {error}") from error
