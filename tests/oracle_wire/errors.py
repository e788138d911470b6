"""Which error of Oracle stands for which of H2.

https://github.com/h2database/h2database/blob/master/h2/src/main/org/h2/api/ErrorCode.java
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import jpype

from tests.oracle_wire.replies import OracleError

_LOCK_TIMEOUT = 50200
_ORACLE = {
    23502: 1400,
    23505: 1,
    23513: 2290,
    22001: 12899,
    22003: 1438,
    22004: 1438,
    22018: 1722,
    40001: 60,
    42000: 900,
    42001: 900,
    42101: 955,
    42102: 942,
    42103: 942,
    42104: 942,
    42111: 955,
    42112: 1418,
    42121: 1430,
    42122: 904,
    90131: 8177,
    _LOCK_TIMEOUT: 30006,
}
_INTERNAL = 600


class LockTimeoutError(OracleError):
    """A statement waited too long for a lock."""


@cache
def java(name: str) -> Any:
    """Give a class of Java."""
    return jpype.JClass(name)


@contextmanager
def as_oracle() -> Iterator[None]:
    """Raise what H2 raises as Oracle would."""
    try:
        yield
    except java("java.sql.SQLException") as error:
        code = int(error.getErrorCode())
        kind = LockTimeoutError if code == _LOCK_TIMEOUT else OracleError
        raise kind(_ORACLE.get(code, _INTERNAL), f"{error.getMessage()}") from None
