"""The settings that columns of every type have."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from csvbatch.contract.reserved_names import why_no_column
from csvbatch.contract.settings import SettingError, check_identifier

# Each row's position in the load, kept beside its values by every store.
POSITION_COLUMNS = ("load_sequence", "load_line", "load_attempt")


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseColumn:
    """The settings that columns of every type have."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid", "use_attribute_docstrings": True}

    name: str
    """Name of the column in the table: lower-case letters, digits and underscores, at most 30."""

    header: str = ""
    """Exact text of the column in the file's header line; the column's name when left out."""

    required: bool = False
    """Whether a row without a value is rejected. Key columns always need a value."""

    null_tokens: tuple[str, ...] = ()
    """Texts that mean "no value". Empty text always does."""

    def __post_init__(self) -> None:
        check_identifier("name", self.name)
        if self.name in POSITION_COLUMNS:
            raise SettingError("name", f"{self.name!r} is a column that every table already has", "choose another name")
        if why := why_no_column(self.name):
            raise SettingError("name", f"{self.name!r} cannot name a column: {why}", "choose another name")
        if not self.header:
            object.__setattr__(self, "header", self.name)
        if "" in self.null_tokens:
            raise SettingError("null_tokens", "empty text always means no value", "leave it out")
        self._check()

    def _check(self) -> None:
        """Raise `SettingError` where the settings of this type contradict each other."""

    def _check_null_tokens(self, tokens: Iterable[str]) -> None:
        if both := sorted(set(self.null_tokens).intersection(tokens)):
            raise SettingError("null_tokens", f"{both[0]!r} would be both a value and no value", "keep it in one place")
