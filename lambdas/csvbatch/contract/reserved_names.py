"""Names that are well formed and still cannot be used for a table or column in every database.

Every statement quotes its identifiers, so an ordinary reserved word (`order`, `select`, `level`) is fine. What is
listed here is refused or misread even in quotes.
"""

COLUMNS = {
    # "you cannot use the uppercase word ROWID, either quoted or nonquoted, as a column name"
    # https://docs.oracle.com/en/database/oracle/oracle-database/19/sqlrf/Database-Object-Names-and-Qualifiers.html
    # In SQLite such a column hides the row's own number. https://www.sqlite.org/lang_createtable.html#rowid
    "rowid": "Oracle does not allow it, and SQLite numbers its rows by it",
    "oid": "SQLite numbers its rows by it",
    "ora_rowscn": "Oracle has it in every table",
    # https://www.postgresql.org/docs/current/ddl-system-columns.html
    **dict.fromkeys(
        ("tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"), "PostgreSQL has a column of that name in every table"
    ),
}
"""Names that no column may have, and why."""

ORACLE_VIEWS = (
    "all_cons_columns",
    "all_constraints",
    "all_ind_columns",
    "all_indexes",
    "all_synonyms",
    "all_tab_cols",
    "nls_database_parameters",
)
"""Views of Oracle's data dictionary that the store's own statements read by their bare names."""

TABLES = {
    "dual": "the statements that merge rows into Oracle read from a table of that name",
    **dict.fromkeys(ORACLE_VIEWS, "the store reads a view of that name in Oracle's data dictionary"),
}
"""Names that no table may have, and why."""

TABLE_PREFIXES = {
    # A bare name means the table in pg_catalog first.
    # https://www.postgresql.org/docs/current/ddl-schemas.html#DDL-SCHEMAS-CATALOG
    "pg_": "names beginning with pg_ belong to PostgreSQL's own tables",
    # https://www.sqlite.org/fileformat2.html#intschema
    "sqlite_": "names beginning with sqlite_ belong to SQLite",
    "csvbatch_": "names beginning with csvbatch_ belong to the ledger",
}
"""Prefixes that no table's name may have, and why."""


def why_no_column(name: str) -> str | None:
    """Give the reason why no column may have this name; None if it may be used."""
    return COLUMNS.get(name)


def why_no_table(name: str) -> str | None:
    """Give the reason why no table may have this name; None if it may be used."""
    if name in TABLES:
        return TABLES[name]
    return next((why for prefix, why in TABLE_PREFIXES.items() if name.startswith(prefix)), None)
