"""Two migrations at once, over the databases that allow it: both come through, and each table is made once."""

from collections.abc import Iterator, Sequence
from threading import Barrier, BrokenBarrierError

import pytest

from csvbatch.store import Store, migration
from csvbatch.store.migration import Applied
from tests.integration.store.contracts import CONTRACTS
from tests.integration.store.places import Place
from tests.integration.store.test_concurrency import together
from tests.integration.store.test_migrate import STOCK

SECONDS = 60
KNOWN = (*CONTRACTS, STOCK)
MADE = ("csvbatch_lease", "pairs", "stock")


@pytest.fixture
def bare_place(shared_place: Place) -> Iterator[Place]:
    """Give a place that lacks some of its tables, the ledger's leases among them."""
    for table in MADE[:-1]:
        shared_place.drop(table)
    yield shared_place
    shared_place.drop("stock")
    shared_place.store().migrate(CONTRACTS)


def test_two_that_begin_together_both_come_through(bare_place: Place) -> None:
    meet = Barrier(2, timeout=SECONDS)
    waiting = {0, 1}

    class Together(Store):
        """Has planned, and waits until the other one has: then both run the same first statement."""

        def migrate(self, contracts: object, before_each: object = None) -> list[str]:
            def met(statements: Sequence[str], index: int) -> None:
                before_each(statements, index)  # type: ignore[operator]
                if waiting:
                    waiting.pop()
                    meet.wait()

            return super().migrate(contracts, met)  # type: ignore[arg-type]

    def work() -> Applied:
        store = bare_place.store()
        shown = migration.digest(store.migration(KNOWN))
        try:
            return migration.apply(Together(store._database), KNOWN, shown)
        except BrokenBarrierError:
            raise AssertionError("the other migration never planned") from None

    for applied in together(work, work):
        assert applied.pending == ()
        assert applied.stopped_by is None
        assert len(applied.done) == len(MADE)
    assert bare_place.store().migration(KNOWN) == []
    assert bare_place.store().has_ledger()
