"""The rights that the loader's user needs if another user owns the tables."""

import re
from collections.abc import Iterable

from csvbatch.contract.model import Contract
from csvbatch.store.ddl import tables
from csvbatch.store.errors import StoreError
from csvbatch.store.sql_dialect import SQL_DIALECTS
from csvbatch.store.tables import CHUNK, LEASE, PAUSE

# Reading with a lock (FOR UPDATE) needs UPDATE in PostgreSQL, and is a matter of SELECT in Oracle.
# https://www.postgresql.org/docs/current/sql-select.html, https://docs.oracle.com/en/database/oracle/oracle-database/19/sqlrf/GRANT.html
_EVERY_TABLE = ("SELECT", "INSERT", "UPDATE")
_NEVER_UPDATED = frozenset({PAUSE.name})
_DELETED_FROM = frozenset({CHUNK.name, LEASE.name, PAUSE.name})

_USER = re.compile(r"[A-Za-z][A-Za-z0-9_$#]{0,127}")


def grants(contracts: Iterable[Contract], database: str, user: str) -> list[str]:
    """Give the statements with which the owner of the tables lets a user load, each without a semicolon.

    `database` is postgresql or oracle. Raises StoreError (NO_USERS for SQLite, USER_NAME). An administrator grants the
    right to connect (CREATE SESSION in Oracle, CONNECT in PostgreSQL), and the owner of PostgreSQL's schema USAGE.
    """
    sql_dialect = SQL_DIALECTS[database]
    if sql_dialect.grantee is None:
        raise StoreError("NO_USERS", f"{database} has no users", "give the loader read and write access to the file")
    if not _USER.fullmatch(user):
        raise StoreError("USER_NAME", "that is not the name of a user", "use letters, digits, _, $ and #")
    grantee = sql_dialect.grantee.format(user=user.upper() if sql_dialect.upper_case else user)
    return [
        f"GRANT {', '.join(rights_on(table.name))} ON {sql_dialect.quote(table.name)} TO {grantee}"
        for table in tables(contracts)
    ]


def rights_on(table: str) -> tuple[str, ...]:
    """Give what the loader does with a table."""
    rights = tuple(right for right in _EVERY_TABLE if right != "UPDATE" or table not in _NEVER_UPDATED)
    return (*rights, "DELETE") if table in _DELETED_FROM else rights
