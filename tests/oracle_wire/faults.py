"""Faults that tests ask for by data: a text that is bound, a service's name, or a session's own statement.

A service named `ORA-12516` is refused with that number, `silent` is never answered, and `hang-up` is cut off at once.
Words after dots change a service: `name.extended` has texts of 32,767 bytes, `name.old` is older than 12.1, and
`name.encrypted` demands native network encryption.
A bound text `ORA-00060` raises that error the first time that its database sees it.
ALTER SESSION SET HANG_UP = BEFORE (or AFTER) cuts the session off at its next call, before or after that is done;
ALTER SESSION SET SILENT = TRUE leaves the next call without an answer.
"""

import re
from dataclasses import dataclass, field
from threading import Lock

from tests.oracle_wire.replies import OracleError

STANDARD_TEXT, EXTENDED_TEXT = 4000, 32767

_KEY = re.compile(r"ORA-(\d{5})")
_SESSION = re.compile(r"ALTER SESSION SET (HANG_UP|SILENT) = (BEFORE|AFTER|TRUE)", re.IGNORECASE)
_TEXTS = {
    1: "unique constraint violated",
    54: "resource busy and acquire with NOWAIT specified or timeout expired",
    60: "deadlock detected while waiting for resource",
}


@dataclass(frozen=True, slots=True)
class Service:
    """What a service's name asks for."""

    database: str
    refusal: int | None
    is_silent: bool
    hangs_up: bool
    longest_text: int
    is_old: bool
    demands_encryption: bool


def service(name: str) -> Service:
    """Read a service's name."""
    database, *words = name.split(".")
    refused = _KEY.fullmatch(database)
    return Service(
        database=database,
        refusal=int(refused[1]) if refused else None,
        is_silent=database == "silent",
        hangs_up=database == "hang-up",
        longest_text=EXTENDED_TEXT if "extended" in words else STANDARD_TEXT,
        is_old="old" in words,
        demands_encryption="encrypted" in words,
    )


@dataclass(slots=True)
class Errors:
    """The errors of one database that were raised, each of which comes once."""

    _raised: set[str] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def check(self, text: str) -> None:
        """Raise the error that a bound text names, if it was not raised yet."""
        found = _KEY.fullmatch(text)
        if not found:
            return
        with self._lock:
            if text in self._raised:
                return
            self._raised.add(text)
        number = int(found[1])
        raise OracleError(number, _TEXTS.get(number, "raised by the test"))


def session_fault(sql: str) -> tuple[str, str] | None:
    """Read a session's own statement: what is to happen, and when."""
    found = _SESSION.fullmatch(sql)
    return (found[1].upper(), found[2].upper()) if found else None
