"""What differs between the databases in the text of a statement."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class DatabaseKind(StrEnum):
    """The databases that there are stores for."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"
    ORACLE = "oracle"


class Kind(StrEnum):
    """The types of column that ledger and target tables are made of."""

    TEXT = "text"
    KEY_TEXT = "key_text"
    LONG_TEXT = "long_text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    TIMESTAMP = "timestamp"
    BOOLEAN = "boolean"
    MOMENT = "moment"


class Typed(Protocol):
    """A column, as far as its type goes."""

    @property
    def kind(self) -> Kind:
        """Its kind."""

    @property
    def size(self) -> int:
        """Characters, bytes or digits."""

    @property
    def scale(self) -> int:
        """Digits after the point."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """One database's spelling.

    `{size}` and `{scale}` in a type are filled in from the column, `{seconds}` in `lock_rows` from the timeouts.
    `iso_texts` are the types of column whose values the database takes as ISO 8601 text as readily as read.
    `kept_as` has kinds that the database keeps as another one, of that size. `change_type` and `allow_null` follow
    ALTER TABLE and its table; None where the database can't do that to an existing column. `grantee` spells the user of
    a GRANT; None where there are no users.
    """

    name: DatabaseKind
    types: Mapping[Kind, str]
    lock_rows: str
    lock_free_rows: str
    first_rows: str
    table_options: str = ""
    upper_case: bool = False
    iso_texts: frozenset[str] = frozenset()
    kept_as: Mapping[Kind, tuple[Kind, int]] = field(default_factory=dict)
    change_type: str | None = None
    allow_null: str | None = None
    grantee: str | None = None

    def quote(self, name: str) -> str:
        """Spell an identifier so that it may be a reserved word, and so that users can do without the quotes."""
        name = name.upper() if self.upper_case else name
        return '"' + name.replace('"', '""') + '"'

    def type_of(self, column: Typed) -> str:
        """Spell the type of a column."""
        return self.types[column.kind].format(size=column.size, scale=column.scale)

    def quoted(self, names: tuple[str, ...]) -> str:
        """Spell a list of identifiers."""
        return ", ".join(map(self.quote, names))


# Decimals are text in SQLite because its own numbers are floating point, and moments because it has no type for
# them; both are written with a fixed number of digits, so equal values are equal text.
SQLITE = Grammar(
    name=DatabaseKind.SQLITE,
    types={
        Kind.TEXT: "TEXT",
        Kind.KEY_TEXT: "TEXT",
        Kind.LONG_TEXT: "TEXT",
        Kind.INTEGER: "INTEGER",
        Kind.DECIMAL: "TEXT",
        Kind.DATE: "TEXT",
        Kind.TIMESTAMP: "TEXT",
        Kind.BOOLEAN: "INTEGER",
        Kind.MOMENT: "TEXT",
    },
    # A write transaction holds the whole database from its first statement on.
    lock_rows="",
    lock_free_rows="",
    first_rows=" LIMIT :first",
    table_options=" STRICT",
    iso_texts=frozenset({"date", "timestamp"}),
    kept_as={
        **dict.fromkeys(
            (Kind.KEY_TEXT, Kind.LONG_TEXT, Kind.DECIMAL, Kind.DATE, Kind.TIMESTAMP, Kind.MOMENT), (Kind.TEXT, 0)
        ),
        Kind.BOOLEAN: (Kind.INTEGER, 1),
    },
)

POSTGRESQL = Grammar(
    name=DatabaseKind.POSTGRESQL,
    types={
        Kind.TEXT: "text",
        Kind.KEY_TEXT: "text",
        Kind.LONG_TEXT: "text",
        Kind.INTEGER: "bigint",
        Kind.DECIMAL: "numeric({size}, {scale})",
        Kind.DATE: "date",
        Kind.TIMESTAMP: "timestamp",
        Kind.BOOLEAN: "boolean",
        Kind.MOMENT: "timestamptz",
    },
    lock_rows=" FOR UPDATE",
    lock_free_rows=" FOR UPDATE SKIP LOCKED",
    first_rows=" FETCH FIRST :first ROWS ONLY",
    iso_texts=frozenset({"date", "timestamp"}),
    change_type="ALTER COLUMN {column} TYPE {type}",
    allow_null="ALTER COLUMN {column} DROP NOT NULL",
    grantee='"{user}"',
)

# KEY_TEXT counts bytes: Oracle reckons 4 for each character of the other kind, and an index entry holds 6,398.
ORACLE = Grammar(
    name=DatabaseKind.ORACLE,
    types={
        Kind.TEXT: "VARCHAR2({size} CHAR)",
        Kind.KEY_TEXT: "VARCHAR2({size} BYTE)",
        Kind.LONG_TEXT: "CLOB",
        Kind.INTEGER: "NUMBER(19)",
        Kind.DECIMAL: "NUMBER({size}, {scale})",
        Kind.DATE: "DATE",
        Kind.TIMESTAMP: "TIMESTAMP(6)",
        Kind.BOOLEAN: "NUMBER(1)",
        Kind.MOMENT: "TIMESTAMP(6)",
    },
    lock_rows=" FOR UPDATE WAIT {seconds}",
    lock_free_rows=" FOR UPDATE SKIP LOCKED",
    first_rows=" FETCH FIRST :first ROWS ONLY",
    upper_case=True,
    kept_as={Kind.BOOLEAN: (Kind.DECIMAL, 1), Kind.MOMENT: (Kind.TIMESTAMP, 6)},
    change_type="MODIFY ({column} {type})",
    allow_null="MODIFY ({column} NULL)",
    grantee='"{user}"',
)

GRAMMARS: dict[str, Grammar] = {grammar.name: grammar for grammar in (SQLITE, POSTGRESQL, ORACLE)}
