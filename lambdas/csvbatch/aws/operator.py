"""What an operator asks of the batch processor by invoking it: `migrate` and `check`.

Nobody reaches the database but a function in the VPC, so the function makes its own tables, and says whether it
reaches the database at all. An event is such a command exactly where it is an object with the key `csvbatch`:
`{"csvbatch": {"command": "migrate", "apply": false}}`. Schedules and S3 have no way to send that key at the top
level of an event. Whoever may invoke the function may send it: lambda:InvokeFunction is the permission.

Answers have statements, codes and this project's own sentences in them, never a value of a row or of the secret.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from csvbatch.aws.secrets import SecretError, StoreAccess
from csvbatch.contract.model import Contract
from csvbatch.pipeline.ports import Deadline, OutOfTimeError
from csvbatch.store import BusyError, CredentialsError, Store, StoreError, migration

LOG = logging.getLogger(__name__)

ENVELOPE = "csvbatch"
"""The key that makes an event a command, and that the answer is under."""

STATEMENT_SECONDS = 60.0
"""What has to be left of the function's time for a migration to begin another statement."""


class Migrate(BaseModel):
    """Show the pending statements, or run those whose digest is given."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    command: Literal["migrate"]
    apply: bool = False
    digest: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")


class Check(BaseModel):
    """Say whether secret, database and ledger can be used; changes nothing."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    command: Literal["check"]


class _Event(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    csvbatch: Annotated[Migrate | Check, Field(discriminator="command")]


_EVENT = TypeAdapter(_Event)


class _Use(Protocol):
    """Does some work with the store, which is opened for it."""

    def __call__[T](self, work: Callable[[Store], T]) -> T:
        """Give what the work gives."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a command did not succeed: what it is about, a code, and a sentence on what is wrong and what to do.

    `about` is one of command, secret, network, login, database, busy, migration, time, unexpected.
    """

    about: str
    code: str
    text: str

    def as_json(self) -> dict[str, str]:
        """Give it as it stands in an answer."""
        return {"about": self.about, "code": self.code, "text": self.text}


def is_command(event: object) -> bool:
    """Whether an event is meant as a command; everything else is a normal run."""
    return isinstance(event, Mapping) and ENVELOPE in event


def answer(
    event: object, stores: StoreAccess, contracts: Iterable[Contract], deadline: Deadline
) -> dict[str, dict[str, Any]]:
    """Carry out a command and give the function's answer; what goes wrong is in the answer under `problem`."""
    try:
        command = _EVENT.validate_python(event).csvbatch
    except ValidationError:
        # What was sent is not repeated: the caller knows it, and a log should not.
        text = 'send {"csvbatch": {"command": "check"}} or {"csvbatch": {"command": "migrate", "apply": false}}'
        return _answer({"command": None}, Problem("command", "COMMAND_UNKNOWN", f"this is no command: {text}"))
    known = tuple(contracts)
    LOG.info("operator command", extra={"command": command.command})

    def use[T](work: Callable[[Store], T]) -> T:
        return stores.use(work, deadline.for_database)

    match command:
        case Check():
            return _check(use, known)
        case Migrate(apply=True):
            return _apply(command, use, known, deadline)
        case Migrate():
            return _show(use, known)


def _check(use: _Use, contracts: tuple[Contract, ...]) -> dict[str, dict[str, Any]]:
    found: dict[str, Any] = {"command": "check", "database": False, "ledger": None, "pending": None}
    try:
        found["ledger"] = use(Store.has_ledger)
        found["database"] = True
        found["pending"] = len(use(lambda store: store.migration(contracts)))
    except Exception as error:
        return _answer(found, problem_of(error, about="migration" if found["database"] else "database"))
    return _answer(found)


def _show(use: _Use, contracts: tuple[Contract, ...]) -> dict[str, dict[str, Any]]:
    found: dict[str, Any] = {"command": "migrate", "applied": False, "done": [], "pending": [], "digest": None}
    try:
        pending = use(lambda store: store.migration(contracts))
    except Exception as error:
        return _answer(found, problem_of(error, about="migration"))
    return _answer({**found, **_pending(pending)})


def _apply(
    command: Migrate, use: _Use, contracts: tuple[Contract, ...], deadline: Deadline
) -> dict[str, dict[str, Any]]:
    found: dict[str, Any] = {"command": "migrate", "applied": False, "done": [], "pending": [], "digest": None}
    if command.digest is None:
        text = "to apply, send the digest of the statements that were shown"
        return _answer(found, Problem("command", "DIGEST_MISSING", text))
    approved = command.digest
    check_time = Deadline(deadline.remaining, margin=STATEMENT_SECONDS).check
    try:
        applied = use(lambda store: migration.apply(store, contracts, approved, check_time))
    except Exception as error:
        return _answer(found, problem_of(error, about="migration"))
    problem = problem_of(applied.stopped_by, about="migration") if applied.stopped_by else None
    found |= {"applied": not applied.pending, "done": list(applied.done), **_pending(applied.pending)}
    LOG.info("migrated", extra={"done": len(applied.done), "pending": len(applied.pending)})
    return _answer(found, problem)


def _pending(statements: Iterable[str]) -> dict[str, Any]:
    pending = list(statements)
    return {"pending": pending, "digest": migration.digest(pending)}


def advice(error: Exception, stores: StoreAccess, deadline: Deadline) -> dict[str, str]:
    """Give what to log beside the error of a normal run: what to type where there is no ledger, else nothing."""
    if not isinstance(error, StoreError) or "migrate" not in error.advice:
        return {}
    try:
        has_ledger = stores.use(Store.has_ledger, deadline.for_database)
    except Exception:
        return {}
    return {} if has_ledger else {"advice": "the ledger is missing: type migrate-ledger and the environment's name"}


def problem_of(error: Exception, *, about: str) -> Problem:
    """Reduce an error to what may be shown of it; `about` is where it happened, if the error says no better."""
    code = type(error).__name__
    match error:
        case migration.StatementsChangedError():
            return Problem("migration", "STATEMENTS_CHANGED", str(error))
        case OutOfTimeError():
            text = "the function's time was too short for all of it; apply again: what is done is not done again"
            return Problem("time", "OUT_OF_TIME", text)
        case SecretError():
            return Problem("secret", "SECRET_VALUE", str(error))
        case CredentialsError():
            return Problem("login", error.code, str(error))
        case BusyError():
            return Problem("busy", error.code, str(error))
        case StoreError():
            return Problem(about, error.code, str(error))
    if type(error).__module__.partition(".")[0] == "botocore":
        return _aws_problem(error)
    if isinstance(error, OSError):
        return Problem("database", code, "the database's host cannot be found or reached: see host, routes and DNS")
    return Problem("unexpected", code, "see the function's log")


def _aws_problem(error: Exception) -> Problem:
    """Reading the secret is all that a command asks of AWS."""
    response = getattr(error, "response", None)
    if response is None:
        text = "Secrets Manager does not answer: see the VPC endpoint and the functions' security group"
        return Problem("network", type(error).__name__, text)
    text = "Secrets Manager refused to give the secret: see the role, the key's policy and the endpoint's policy"
    return Problem("secret", str(response["Error"]["Code"]), text)


def _answer(found: dict[str, Any], problem: Problem | None = None) -> dict[str, dict[str, Any]]:
    if problem:
        LOG.error("operator command failed", extra={"about": problem.about, "code": problem.code})
    return {ENVELOPE: {**found, "problem": problem.as_json() if problem else None}}
