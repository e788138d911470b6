"""Reads the store's tables: row count, keys, and a checksum of the values."""

import hashlib
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from csvbatch.contract.model import Contract


@dataclass(frozen=True, slots=True)
class Content:
    """The content of a table; the checksum covers the contract's columns, without the positions of rows."""

    keys: frozenset[tuple[str, ...]]
    checksum: str

    @property
    def rows(self) -> int:
        """The number of rows; keys are unique."""
        return len(self.keys)


def content(database: Path, contract: Contract) -> Content:
    """Read a whole table, ordered by key."""
    columns = [column.name for column in contract.columns]
    quoted = ", ".join(f'"{name}"' for name in columns)
    order = ", ".join(f'"{name}"' for name in contract.key)
    positions = [columns.index(name) for name in contract.key]
    checksum = hashlib.sha256()
    keys = set()
    with closing(sqlite3.connect(database)) as connection:
        for row in connection.execute(f'SELECT {quoted} FROM "{contract.table}" ORDER BY {order}'):
            checksum.update(repr(row).encode())
            keys.add(tuple(str(row[position]) for position in positions))
    return Content(frozenset(keys), checksum.hexdigest())
