"""Checks that contracts and columns share, and the error for a setting that fails one."""

import re
from collections.abc import Iterable
from typing import Any

# Oracle 12.1 stops at 30 bytes, PostgreSQL at 63. Lower case only, because an unquoted name means upper case
# to Oracle and lower case to PostgreSQL: so each store can write it as its users would type it.
IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,29}")


class SettingError(ValueError):
    """A setting of a contract that cannot be right: which one, why, and what to do."""

    def __init__(self, setting: str, reason: str, advice: str) -> None:
        super().__init__(f"{reason}; {advice}")
        self.setting = setting
        self.reason = reason
        self.advice = advice


def check_identifier(setting: str, name: str) -> None:
    """Raise `SettingError` unless every database accepts the name as it is written."""
    if not IDENTIFIER.fullmatch(name):
        raise SettingError(
            setting,
            f"{name!r} is not a name that every database accepts",
            "use up to 30 lower-case letters, digits and underscores, beginning with a letter",
        )


def check_range(minimum: Any, maximum: Any, allowed: Iterable[Any] = ()) -> None:
    """Raise `SettingError` unless the minimum is at most the maximum, and the allowed values lie between."""
    if minimum is not None and maximum is not None and minimum > maximum:
        raise SettingError("maximum", f"{maximum} is below the minimum of {minimum}", "change one of them")
    for value in allowed:
        if (minimum is not None and value < minimum) or (maximum is not None and value > maximum):
            raise SettingError("allowed", f"{value} is outside the column's own range", "change one of them")
