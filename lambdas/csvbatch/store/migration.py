"""A migration in two steps: show the statements, then run exactly those that were shown.

The digest of the statements ties the second step to the first: an approval is for one list of statements only.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from csvbatch.contract.model import Contract
from csvbatch.store.errors import StoreError
from csvbatch.store.store import Store


class StatementsChangedError(Exception):
    """The statements that would run now are not those that were approved; none of them was run."""

    def __init__(self) -> None:
        super().__init__("the statements have changed since they were shown: show them again, and approve those")


@dataclass(frozen=True, slots=True)
class Applied:
    """What a migration did, and what is left to do: `done` and `pending` are statements.

    `stopped_by` is what ended it early; with it, `done` may be empty. To apply again is safe.
    """

    done: tuple[str, ...]
    pending: tuple[str, ...]
    stopped_by: Exception | None = None


def digest(statements: Sequence[str]) -> str:
    """Give the SHA-256 of the statements in their order, as 64 hexadecimal digits."""
    return hashlib.sha256(json.dumps(list(statements)).encode()).hexdigest()


def apply(
    store: Store, contracts: Iterable[Contract], approved: str, check_time: Callable[[], object] = lambda: None
) -> Applied:
    """Run the pending statements if their digest is the approved one; raises StatementsChangedError otherwise.

    `check_time` is called before each statement, and raises if there is too little time left to begin one. If nothing
    is pending, nothing has to be approved and nothing is run.

    Two migrations may run at once: a statement that fails because the other one has run it is skipped, and the rest
    is run. Only approved statements are ever run. No lease is taken, because a first migration creates the table of
    leases.
    """
    known = tuple(contracts)
    planned = tuple(store.migration(known))
    if planned and digest(planned) != approved:
        raise StatementsChangedError

    def before_each(statements: Sequence[str], index: int) -> None:
        if index == 0 and not set(statements) <= set(planned):
            raise StatementsChangedError
        check_time()

    left: tuple[str, ...] = planned
    stopped_by: Exception | None = None
    while left:
        stopped_by = None
        try:
            store.migrate(known, before_each)
        except Exception as error:
            stopped_by = error
        before, left = left, tuple(store.migration(known))
        if left == before or (stopped_by and not isinstance(stopped_by, StoreError)):
            break
    done = tuple(statement for statement in planned if statement not in left)
    return Applied(done, left, stopped_by if left else None)
