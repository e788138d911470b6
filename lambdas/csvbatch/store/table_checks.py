"""Checks that a contract's table can hold what is merged into it, and remembers the result for a while."""

import time

from csvbatch.contract.model import Contract
from csvbatch.store.database import Database
from csvbatch.store.drift import differences, drifted, missing
from csvbatch.store.tables import target_table

CHECK_AGAIN_SECONDS = 600.0
"""How long the result of a check is relied on."""

_CHECKS_KEPT = 64


class TableChecks:
    """Checks tables once for each connection, and again from time to time.

    A check costs two or three queries of the database's dictionary, too many for each chunk.
    """

    def __init__(self) -> None:
        # By contract: the number of the connection and the time of the last check.
        self._checked: dict[Contract, tuple[int, float]] = {}

    def check(self, database: Database, contract: Contract) -> None:
        """Raise StoreError (TABLE_MISSING, TABLE_DRIFTED, CHARACTER_SET) if the table cannot be loaded into."""
        seen = self._checked.get(contract)
        if seen and seen[0] == database.connections and time.monotonic() - seen[1] < CHECK_AGAIN_SECONDS:
            return
        database.check()
        table = target_table(contract)
        found = database.table(table.name)
        if found is None:
            raise missing(table)
        if differing := differences(table, found, database.sql_dialect):
            raise drifted(table, differing)
        if len(self._checked) >= _CHECKS_KEPT:
            self._checked.clear()
        self._checked[contract] = (database.connections, time.monotonic())
