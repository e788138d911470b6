"""Only statements that were shown are run; what is done stays done, and a repetition finishes the rest."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from csvbatch.contract.yaml_file import load_contracts
from csvbatch.store import Store, StoreError, migration, open_store
from csvbatch.store.ddl import tables
from csvbatch.store.migration import StatementsChangedError
from scripts.common.paths import REPOSITORY

CONTRACTS = tuple(load_contracts(REPOSITORY / "lambdas" / "contracts").values())
TABLES = len(tables(CONTRACTS))


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Gives a store of its own over the one database, as often as it is called."""
    stores: list[Store] = []

    def make() -> Store:
        stores.append(open_store(f"sqlite:///{tmp_path}/store.db"))
        return stores[-1]

    yield make
    for store in stores:
        store.close_connection()


def test_what_is_pending_is_shown_and_nothing_is_made(opened: Callable[[], Store]) -> None:
    store = opened()
    assert len(store.migration(CONTRACTS)) == TABLES
    assert len(store.migration(CONTRACTS)) == TABLES
    assert not store.has_ledger()


def test_the_statements_that_were_shown_are_run(opened: Callable[[], Store]) -> None:
    store = opened()
    shown = store.migration(CONTRACTS)
    applied = migration.apply(store, CONTRACTS, migration.digest(shown))
    assert (list(applied.done), applied.pending, applied.stopped_by) == (shown, (), None)
    assert store.has_ledger()


def test_other_statements_than_those_shown_are_not_run(opened: Callable[[], Store]) -> None:
    store = opened()
    shown = store.migration(CONTRACTS[:1])
    with pytest.raises(StatementsChangedError):
        migration.apply(store, CONTRACTS, migration.digest(shown))
    assert not store.has_ledger()


def test_where_all_is_done_a_repetition_does_nothing(opened: Callable[[], Store]) -> None:
    store = opened()
    approved = migration.digest(store.migration(CONTRACTS))
    migration.apply(store, CONTRACTS, approved)
    assert migration.apply(store, CONTRACTS, approved) == migration.Applied((), ())


def test_the_order_of_the_statements_counts() -> None:
    assert migration.digest(["a", "b"]) != migration.digest(["b", "a"])
    assert migration.digest(["a", "b"]) != migration.digest(["ab"])


def test_statements_another_migration_ran_meanwhile_are_left_out(opened: Callable[[], Store]) -> None:
    store, other = opened(), opened()
    shown = store.migration(CONTRACTS)

    class Overtaken(Store):
        """Lets another migration come first, as soon as this one has planned."""

        def migrate(self, *arguments: object, **named: object) -> list[str]:  # type: ignore[override]
            other.migrate(CONTRACTS[:1])
            return super().migrate(*arguments, **named)  # type: ignore[arg-type]

    overtaken = Overtaken(store._database)
    applied = migration.apply(overtaken, CONTRACTS, migration.digest(shown))
    assert (applied.pending, applied.stopped_by) == ((), None)
    assert store.migration(CONTRACTS) == []


def test_a_statement_that_was_never_approved_is_not_run_although_it_became_pending(
    opened: Callable[[], Store],
) -> None:
    store, other = opened(), opened()
    other.migrate(CONTRACTS)
    _execute(other, "DROP TABLE recipients")
    shown = store.migration(CONTRACTS)

    class Undermined(Store):
        def migrate(self, *arguments: object, **named: object) -> list[str]:  # type: ignore[override]
            _execute(other, "DROP TABLE airports")
            return super().migrate(*arguments, **named)  # type: ignore[arg-type]

    applied = migration.apply(Undermined(store._database), CONTRACTS, migration.digest(shown))
    assert applied.done == ()
    assert isinstance(applied.stopped_by, StatementsChangedError)
    assert len(store.migration(CONTRACTS)) == 2


def test_a_statement_that_is_refused_ends_it_and_the_answer_says_what_is_left(opened: Callable[[], Store]) -> None:
    store = opened()
    shown = store.migration(CONTRACTS)

    class Refusing(Store):
        def migrate(self, *arguments: object, **named: object) -> list[str]:  # type: ignore[override]
            # As Oracle does, which commits each statement by itself.
            _execute(store, shown[0])
            raise StoreError("ORA-01536", "Oracle refused a statement", "raise the quota")

    refusing = Refusing(store._database)
    applied = migration.apply(refusing, CONTRACTS, migration.digest(shown))
    assert applied.done == (shown[0],)
    assert list(applied.pending) == shown[1:]
    assert isinstance(applied.stopped_by, StoreError)


def test_time_that_runs_out_ends_it_and_a_repetition_finishes(opened: Callable[[], Store]) -> None:
    store = opened()
    shown = store.migration(CONTRACTS)

    def no_time() -> None:
        raise TimeoutError

    stopped = migration.apply(store, CONTRACTS, migration.digest(shown), no_time)
    assert (stopped.done, list(stopped.pending)) == ((), shown)
    assert isinstance(stopped.stopped_by, TimeoutError)
    assert migration.apply(store, CONTRACTS, migration.digest(stopped.pending)).pending == ()


def _execute(store: Store, statement: str) -> None:
    # A table that is there already is as good as one just made.
    statement = statement.replace("CREATE TABLE ", "CREATE TABLE IF NOT EXISTS ")
    statement = statement.replace("DROP TABLE ", "DROP TABLE IF EXISTS ")
    store._run("test", lambda transaction: transaction.run(statement))
