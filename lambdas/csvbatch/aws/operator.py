"""The commands that an operator sends to the batch processor by invoking it: `migrate`, `check` and `batch`.

Only a function in the VPC reaches the database, so the function creates its own tables, tells whether it reaches the
database, and what the ledger says about a batch. An event is such a command if it is an object with the key `csvbatch`:
`{"csvbatch": {"command": "migrate", "apply": false}}`. Schedules and S3 have no way to send that key at the top
level of an event. The permission to send it is lambda:InvokeFunction.

Answers contain statements, counts, digests, codes and this project's own sentences, never a value of a row or of the
secret.
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
"""The key of commands in an event, and of the result in the answer."""

_SHOWN_OF_BATCH = (
    *("id", "dataset", "reason", "failure", "chunks_total", "chunks_remaining"),
    *("rows_read", "rows_merged", "rows_superseded", "rows_stale", "rows_rejected"),
)

STATEMENT_SECONDS = 60.0
"""Time that must be left for a migration to start another statement."""


class Migrate(BaseModel):
    """Show the pending statements, or run them if their digest is given."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    command: Literal["migrate"]
    apply: bool = False
    digest: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")


class Check(BaseModel):
    """Tell whether secret, database and ledger can be used; changes nothing."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    command: Literal["check"]


class ShowBatch(BaseModel):
    """Tell the state and the counts of a batch; with `contents`, also how many rows it has in its table, and a digest.

    `batch` is the batch's id. The digest is that of `csvbatch.store.contents`.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    command: Literal["batch"]
    batch: str = Field(pattern=r"^[0-9a-f]{16}$")
    contents: bool = False


class _Event(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    csvbatch: Annotated[Migrate | Check | ShowBatch, Field(discriminator="command")]


_EVENT = TypeAdapter(_Event)


class _Use(Protocol):
    """Opens the store and does some work with it."""

    def __call__[T](self, work: Callable[[Store], T]) -> T:
        """Give the result of the work."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a command failed: where, a code, and a sentence about what is wrong and what to do.

    `about` is one of command, secret, network, login, database, busy, migration, time, unexpected.
    """

    about: str
    code: str
    text: str

    def as_json(self) -> dict[str, str]:
        """Give the problem as it is in an answer."""
        return {"about": self.about, "code": self.code, "text": self.text}


def is_command(event: object) -> bool:
    """Tell whether an event is a command; any other event starts a normal run."""
    return isinstance(event, Mapping) and ENVELOPE in event


def answer(
    event: object, stores: StoreAccess, contracts: Iterable[Contract], deadline: Deadline
) -> dict[str, dict[str, Any]]:
    """Run a command and give the function's answer; an error is in the answer under `problem`."""
    try:
        command = _EVENT.validate_python(event).csvbatch
    except ValidationError:
        # The event is not quoted: the caller knows it, and it should not be in a log.
        text = 'send {"csvbatch": {"command": "check"}} or {"csvbatch": {"command": "migrate", "apply": false}}'
        return _answer({"command": None}, Problem("command", "COMMAND_UNKNOWN", f"this is not a command: {text}"))
    known = tuple(contracts)
    LOG.info("operator command", extra={"command": command.command})

    def use[T](work: Callable[[Store], T]) -> T:
        return stores.use(work, deadline.for_database)

    match command:
        case Check():
            return _check(use, known)
        case ShowBatch():
            return _show_batch(command, use)
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


def _show_batch(command: ShowBatch, use: _Use) -> dict[str, dict[str, Any]]:
    found: dict[str, Any] = {"command": "batch", "batch": None, "contents": None}
    try:
        batch = use(lambda store: store.batch(command.batch))
        found["batch"] = {name: getattr(batch, name) for name in _SHOWN_OF_BATCH} | {"state": batch.state.value}
        if command.contents:
            found["contents"] = use(lambda store: store.contents(command.batch))._asdict()
    except Exception as error:
        return _answer(found, problem_of(error, about="database"))
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
    """Give what to log with the error of a normal run: what to run if there is no ledger, otherwise nothing."""
    if not isinstance(error, StoreError) or "migrate" not in error.advice:
        return {}
    try:
        has_ledger = stores.use(Store.has_ledger, deadline.for_database)
    except Exception:
        return {}
    return {} if has_ledger else {"advice": "the ledger is missing: run migrate-ledger with the environment's name"}


def problem_of(error: Exception, *, about: str) -> Problem:
    """Reduce an error to what may be shown; `about` is where it happened, unless the error is more precise."""
    code = type(error).__name__
    match error:
        case migration.StatementsChangedError():
            return Problem("migration", "STATEMENTS_CHANGED", str(error))
        case OutOfTimeError():
            text = "the function's time was too short for all statements; apply again to run the rest"
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
        return Problem("database", code, "the database's host cannot be found or reached: check host, routes and DNS")
    return Problem("unexpected", code, "see the function's log")


def _aws_problem(error: Exception) -> Problem:
    """Give the problem for an error of AWS; commands only read the secret there."""
    response = getattr(error, "response", None)
    if response is None:
        text = "Secrets Manager does not answer: check the VPC endpoint and the functions' security group"
        return Problem("network", type(error).__name__, text)
    text = "Secrets Manager refused to give the secret: check the role, the key's policy and the endpoint's policy"
    return Problem("secret", str(response["Error"]["Code"]), text)


def _answer(found: dict[str, Any], problem: Problem | None = None) -> dict[str, dict[str, Any]]:
    if problem:
        LOG.error("operator command failed", extra={"about": problem.about, "code": problem.code})
    return {ENVELOPE: {**found, "problem": problem.as_json() if problem else None}}
