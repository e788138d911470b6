"""What differs between the databases in the text of a statement."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


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


@dataclass(frozen=True, slots=True)
class Grammar:
    """One database's spelling.

    `{size}` and `{scale}` in a type are filled in from the column, `{seconds}` in `lock_rows` from the timeouts.
    `iso_texts` are the types of column whose values the database takes as ISO 8601 text as readily as read.
    """

    name: str
    types: Mapping[Kind, str]
    lock_rows: str
    lock_free_rows: str
    first_rows: str
    table_options: str = ""
    upper_case: bool = False
    iso_texts: frozenset[str] = frozenset()

    def quote(self, name: str) -> str:
        """Spell an identifier so that it may be a reserved word, and so that users can do without the quotes."""
        name = name.upper() if self.upper_case else name
        return '"' + name.replace('"', '""') + '"'

    def quoted(self, names: tuple[str, ...]) -> str:
        """Spell a list of identifiers."""
        return ", ".join(map(self.quote, names))


# Decimals are text in SQLite because its own numbers are floating point, and moments because it has no type for
# them; both are written with a fixed number of digits, so equal values are equal text.
SQLITE = Grammar(
    name="sqlite",
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
)

POSTGRESQL = Grammar(
    name="postgresql",
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
)

# KEY_TEXT counts bytes: Oracle reckons 4 for each character of the other kind, and an index entry holds 6,398.
ORACLE = Grammar(
    name="oracle",
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
)

GRAMMARS = {grammar.name: grammar for grammar in (SQLITE, POSTGRESQL, ORACLE)}
