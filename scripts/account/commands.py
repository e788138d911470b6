"""Runs the commands of this folder as a person would type them, each in a process of its own."""

import json
from collections.abc import Mapping

from scripts.common.commands import CommandFailedError, run
from scripts.common.errors import UserError
from scripts.common.paths import command

MADE_UP_CREDENTIALS = {"username": "csvbatch", "password": "made-up-and-used-by-nobody"}
"""For a local AWS, where the database in place of Oracle asks for none."""

SECRET_LIMIT_SECONDS = 120
MIGRATION_LIMIT_SECONDS = 1200
"""Longer than a function may run."""


def put_secret(secret_id: str, credentials: Mapping[str, object], variables: Mapping[str, str]) -> None:
    """Type `put-oracle-secret` and give it the credentials; raises UserError with what it said."""
    _typed(["put-oracle-secret", secret_id], variables, SECRET_LIMIT_SECONDS, json.dumps(credentials))


def migrate(environment: str, variables: Mapping[str, str]) -> str:
    """Type `migrate-ledger --apply --yes` and give the last line that it said; raises UserError with what it said."""
    said = _typed(["migrate-ledger", environment, "--apply", "--yes"], variables, MIGRATION_LIMIT_SECONDS)
    return said.strip().splitlines()[-1]


def _typed(typed: list[str], variables: Mapping[str, str], limit_seconds: float, given: str = "") -> str:
    """Run one of the project's commands, and give what it wrote to standard error."""
    program, *arguments = typed
    try:
        return run(
            [command(program), *arguments], limit_seconds=limit_seconds, environment=variables, given=given
        ).stderr
    except CommandFailedError as error:
        raise UserError(f"{program} failed:\n{error.tail}") from error
