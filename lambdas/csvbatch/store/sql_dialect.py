"""How the SQL of the databases differs: types, quotes, locks, ALTER TABLE."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class DatabaseKind(StrEnum):
    """The databases that there are stores for."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"
    ORACLE = "oracle"


class ColumnKind(StrEnum):
    """The kinds of columns that the ledger and the target tables consist of."""

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
    """What the type of a column depends on."""

    @property
    def kind(self) -> ColumnKind:
        """Its kind."""

    @property
    def size(self) -> int:
        """Characters, bytes or digits."""

    @property
    def scale(self) -> int:
        """Digits after the point."""


@dataclass(frozen=True, slots=True)
class SqlDialect:
    """The SQL of one database, as far as it differs from the others'.

    `{size}` and `{scale}` in a type come from the column, `{seconds}` in `lock_rows` from the timeouts. `text_types`
    are the contract's column types whose values the database also takes as text: as `isoformat` writes dates and
    timestamps, and as `format` writes decimals with the digits of their column. `kept_as` names the kinds that the
    database stores as another kind, and that one's size. `change_type` and `allow_null` follow ALTER TABLE and the
    table's name; None if the database cannot do that to an existing column. `grantee` is how a GRANT names the user;
    None if the database has no users.
    """

    name: DatabaseKind
    types: Mapping[ColumnKind, str]
    lock_rows: str
    lock_free_rows: str
    first_rows: str
    table_options: str = ""
    upper_case: bool = False
    text_types: frozenset[str] = frozenset()
    kept_as: Mapping[ColumnKind, tuple[ColumnKind, int]] = field(default_factory=dict)
    change_type: str | None = None
    allow_null: str | None = None
    grantee: str | None = None

    def quote(self, name: str) -> str:
        """Quote an identifier, so that reserved words work and users can leave the quotes out."""
        name = name.upper() if self.upper_case else name
        return '"' + name.replace('"', '""') + '"'

    def type_of(self, column: Typed) -> str:
        """Give the type of a column."""
        return self.types[column.kind].format(size=column.size, scale=column.scale)

    def quoted(self, names: tuple[str, ...]) -> str:
        """Quote identifiers and separate them by commas."""
        return ", ".join(map(self.quote, names))


# SQLite's own numbers are floating point and it has no type for timestamps, so decimals and moments are text. Both
# are written with a fixed number of digits, so equal values are equal text.
SQLITE = SqlDialect(
    name=DatabaseKind.SQLITE,
    types={
        ColumnKind.TEXT: "TEXT",
        ColumnKind.KEY_TEXT: "TEXT",
        ColumnKind.LONG_TEXT: "TEXT",
        ColumnKind.INTEGER: "INTEGER",
        ColumnKind.DECIMAL: "TEXT",
        ColumnKind.DATE: "TEXT",
        ColumnKind.TIMESTAMP: "TEXT",
        ColumnKind.BOOLEAN: "INTEGER",
        ColumnKind.MOMENT: "TEXT",
    },
    # A write transaction locks the whole database from its first statement on.
    lock_rows="",
    lock_free_rows="",
    first_rows=" LIMIT :first",
    table_options=" STRICT",
    text_types=frozenset({"date", "decimal", "timestamp"}),
    kept_as={
        **dict.fromkeys(
            (
                ColumnKind.KEY_TEXT,
                ColumnKind.LONG_TEXT,
                ColumnKind.DECIMAL,
                ColumnKind.DATE,
                ColumnKind.TIMESTAMP,
                ColumnKind.MOMENT,
            ),
            (ColumnKind.TEXT, 0),
        ),
        ColumnKind.BOOLEAN: (ColumnKind.INTEGER, 1),
    },
)

POSTGRESQL = SqlDialect(
    name=DatabaseKind.POSTGRESQL,
    types={
        ColumnKind.TEXT: "text",
        ColumnKind.KEY_TEXT: "text",
        ColumnKind.LONG_TEXT: "text",
        ColumnKind.INTEGER: "bigint",
        ColumnKind.DECIMAL: "numeric({size}, {scale})",
        ColumnKind.DATE: "date",
        ColumnKind.TIMESTAMP: "timestamp",
        ColumnKind.BOOLEAN: "boolean",
        ColumnKind.MOMENT: "timestamptz",
    },
    lock_rows=" FOR UPDATE",
    lock_free_rows=" FOR UPDATE SKIP LOCKED",
    first_rows=" FETCH FIRST :first ROWS ONLY",
    text_types=frozenset({"date", "decimal", "timestamp"}),
    change_type="ALTER COLUMN {column} TYPE {type}",
    allow_null="ALTER COLUMN {column} DROP NOT NULL",
    grantee='"{user}"',
)

# KEY_TEXT counts bytes: Oracle assumes 4 bytes for each character of TEXT, and an index entry holds 6,398 bytes.
ORACLE = SqlDialect(
    name=DatabaseKind.ORACLE,
    types={
        ColumnKind.TEXT: "VARCHAR2({size} CHAR)",
        ColumnKind.KEY_TEXT: "VARCHAR2({size} BYTE)",
        ColumnKind.LONG_TEXT: "CLOB",
        ColumnKind.INTEGER: "NUMBER(19)",
        ColumnKind.DECIMAL: "NUMBER({size}, {scale})",
        ColumnKind.DATE: "DATE",
        ColumnKind.TIMESTAMP: "TIMESTAMP(6)",
        ColumnKind.BOOLEAN: "NUMBER(1)",
        ColumnKind.MOMENT: "TIMESTAMP(6)",
    },
    lock_rows=" FOR UPDATE WAIT {seconds}",
    lock_free_rows=" FOR UPDATE SKIP LOCKED",
    first_rows=" FETCH FIRST :first ROWS ONLY",
    upper_case=True,
    kept_as={ColumnKind.BOOLEAN: (ColumnKind.DECIMAL, 1), ColumnKind.MOMENT: (ColumnKind.TIMESTAMP, 6)},
    change_type="MODIFY ({column} {type})",
    allow_null="MODIFY ({column} NULL)",
    grantee='"{user}"',
)

SQL_DIALECTS: dict[str, SqlDialect] = {sql_dialect.name: sql_dialect for sql_dialect in (SQLITE, POSTGRESQL, ORACLE)}
