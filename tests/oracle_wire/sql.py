"""Writes a statement that was sent to Oracle as H2 takes it.

What H2 has under another name is renamed, and what it cannot type by itself is cast by the type on the wire.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

from tests.oracle_wire.values import Type


class Does(Enum):
    """What a statement does, which decides how it is run and answered."""

    QUERY = auto()
    CHANGE = auto()
    DEFINE = auto()


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement for H2, how long it may wait for locks in seconds (None: as long as the client does)."""

    text: str
    does: Does
    waits: int | None = None
    locks: bool = False


_PARTS = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|:[A-Za-z]\w*")
_CHOSEN = re.compile(r"\bSELECT\b(.*?)\bFROM\s+DUAL\b", re.IGNORECASE | re.DOTALL)
_WAIT = re.compile(r"(\bFOR\s+UPDATE)\s+WAIT\s+(\d+)\s*$", re.IGNORECASE)
_NOWAIT = re.compile(r"\bFOR\s+UPDATE\s+NOWAIT\s*$", re.IGNORECASE)
_LOCKS = re.compile(r"\bFOR\s+UPDATE\b", re.IGNORECASE)
_CAST_TO = {
    Type.VARCHAR: "VARCHAR",
    Type.CHAR: "VARCHAR",
    Type.LONG: "VARCHAR",
    Type.NUMBER: "DECFLOAT(40)",
    Type.DATE: "TIMESTAMP(0)",
    Type.TIMESTAMP: "TIMESTAMP(9)",
    Type.CLOB: "CLOB",
}
_RENAMED = (
    (r"\bSYS_EXTRACT_UTC\(\s*SYSTIMESTAMP\s*\)", "CAST(SYSTIMESTAMP AT TIME ZONE 'UTC' AS TIMESTAMP)"),
    (r"\bSYS_CONTEXT\(\s*'USERENV'\s*,\s*'CURRENT_SCHEMA'\s*\)", "CURRENT_SCHEMA"),
    (r"\s+PURGE\s*$", ""),
)
_DOES = {
    "SELECT": Does.QUERY,
    "WITH": Does.QUERY,
    "INSERT": Does.CHANGE,
    "UPDATE": Does.CHANGE,
    "DELETE": Does.CHANGE,
    "MERGE": Does.CHANGE,
}


@lru_cache(maxsize=1024)
def for_h2(sql: str, kinds: tuple[Type, ...]) -> Statement:
    """Rewrite a statement whose binds have these types, in their order."""
    for pattern, replacement in _RENAMED:
        sql = re.sub(pattern, replacement, sql, flags=re.IGNORECASE)
    does = _DOES.get(sql.split(None, 1)[0].upper(), Does.DEFINE)
    waits: int | None = None
    locks = bool(_LOCKS.search(sql))
    if found := _WAIT.search(sql):
        waits = int(found[2])
        sql = _WAIT.sub(r"\1", sql)
    elif does is Does.DEFINE or _NOWAIT.search(sql):
        # Nor does DDL wait by default: https://docs.oracle.com/database/122/REFRN/DDL_LOCK_TIMEOUT.htm
        waits = 0
    chosen = [found.span(1) for found in _CHOSEN.finditer(sql)]
    remaining = iter(kinds)

    def part(found: re.Match[str]) -> str:
        if found[0][0] != ":":
            return found[0]
        kind = next(remaining)
        if any(start <= found.start() < end for start, end in chosen):
            return f"CAST(? AS {_CAST_TO[kind]})"
        return "?"

    return Statement(_PARTS.sub(part, sql), does, waits, locks)
