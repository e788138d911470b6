"""The statements that merge rows, each only over an older one.

A row is older when its position (sequence, line, attempt) is, compared in this order; what has no position
counts as oldest. The position moves even where the values are equal: a row left at its old position would give
way to one that is older than the one that found it equal.

To count superseded rows, a merge has to tell which rows of the table are of its own batch and attempt at the moment
it meets them. SQLite calls a function there, PostgreSQL advances a sequence. Oracle merges in two statements: the
first one leaves its own batch's rows alone, so the rows it takes are each the first of the batch with their key; the
second one changes nothing but own rows, and is given only rows that the first one did not take.
"""

from csvbatch.contract.columns import POSITION_COLUMNS
from csvbatch.contract.model import Contract
from csvbatch.store.sql_dialect import ORACLE, POSTGRESQL, SQLITE, Grammar

STAGE = "csvbatch_stage"
"""PostgreSQL's temporary table for one chunk's rows: the contract's columns and the line."""

SAMPLE_ROWS = 200
"""Staged rows that tell whether a chunk is likely to bring keys that the table has."""

STALE_FUNCTION = "csvbatch_stale"
"""SQLite's upsert calls it for a row that meets a later batch's; gives 0."""

SUPERSEDED_FUNCTION = "csvbatch_superseded"
"""SQLite's upsert calls it for a row that meets one of its own batch; gives back its argument, who of them stays."""

STALE = "csvbatch_stale"
REPLACED = "csvbatch_replaced"
"""PostgreSQL's temporary sequences, which its upsert counts with."""

STALE_KEYS = 100
"""Keys that one of Oracle's statements looks up."""


def sqlite_upsert(contract: Contract) -> str:
    """Merge one row: the contract's columns, sequence, line, attempt.

    The row of an earlier attempt counts as one of its own batch only where it stays. Where it is replaced, it may
    have been the same row of the file.
    """
    columns = (*contract.column_names, *POSITION_COLUMNS)
    marks = ", ".join("?" * len(columns))
    target = f"{SQLITE.quote(contract.table)} AS t ({SQLITE.quoted(columns)})"
    sequence, line, attempt = map(SQLITE.quote, POSITION_COLUMNS)
    older = _older(SQLITE)
    return (
        f"INSERT INTO {target} VALUES ({marks}) {_take_over(contract, SQLITE)} WHERE CASE "
        f"WHEN t.{sequence} > excluded.{sequence} THEN {STALE_FUNCTION}() "
        f"WHEN t.{sequence} = excluded.{sequence} "
        f"AND (t.{attempt} = excluded.{attempt} OR t.{line} > excluded.{line}) "
        f"THEN {SUPERSEDED_FUNCTION}({older}) ELSE {older} END"
    )


def postgresql_count_known(contract: Contract) -> str:
    """Count those of the first staged rows whose keys the table has."""
    keys = POSTGRESQL.quoted(contract.key)
    return (
        f"SELECT COUNT(*) FROM (SELECT {keys} FROM {STAGE} FETCH FIRST {SAMPLE_ROWS} ROWS ONLY) AS s "
        f"WHERE EXISTS ({_row_in_table(contract)})"
    )


def postgresql_insert_missing(contract: Contract) -> str:
    """Insert the staged rows whose keys the table does not have.

    A plain INSERT costs a good deal less than one that is ready for a conflict. Somebody who inserts the same key at
    the same time makes it fail.
    """
    return _insert_newest(contract, where=f" WHERE NOT EXISTS ({_row_in_table(contract)})")


def postgresql_upsert(contract: Contract) -> str:
    """Merge the staged rows, whoever else is at work on the same keys, and count the rows of the table it meets.

    The condition is evaluated once for each of them, after it was locked, also where nobody else's statement could
    see it before (https://www.postgresql.org/docs/current/sql-insert.html, "ON CONFLICT Clause").
    """
    sequence, _, attempt = map(POSTGRESQL.quote, POSITION_COLUMNS)
    return (
        f"{_insert_newest(contract)} {_take_over(contract, POSTGRESQL)} WHERE CASE "
        f"WHEN t.{sequence} > excluded.{sequence} THEN nextval('{STALE}') < 0 "
        f"WHEN NOT {_older(POSTGRESQL)} THEN false "
        f"WHEN t.{sequence} = excluded.{sequence} AND t.{attempt} = excluded.{attempt} "
        f"THEN nextval('{REPLACED}') > 0 ELSE true END"
    )


def postgresql_counters() -> str:
    """Make the sequences that the upsert counts with; they end with the transaction, as the staged rows do."""
    return "; ".join(f"CREATE TEMPORARY SEQUENCE {name} OWNED BY {STAGE}.load_line" for name in (STALE, REPLACED))


def postgresql_count_met() -> str:
    """Give how many rows of later batches the upsert met, and how many of its own batch it replaced."""
    counts = (f"(SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {name})" for name in (STALE, REPLACED))
    return f"SELECT {', '.join(counts)}"


def postgresql_count_stale(contract: Contract) -> str:
    """Count the staged rows whose key a later batch's row has in the table."""
    return (
        f"SELECT COUNT(*) FROM {STAGE} AS s JOIN {POSTGRESQL.quote(contract.table)} AS t "
        f"ON {_same_key(contract, POSTGRESQL)} WHERE t.load_sequence > :load_sequence"
    )


def oracle_merge(contract: Contract) -> str:
    """Merge one row over one that is not of its own batch and attempt.

    Bound are the contract's columns, sequence, line, attempt, as :v0, :v1 and so on. Of a row that somebody else
    changed meanwhile Oracle compares the columns that are to be set, and begins the statement again where they
    differ: the position is always among them.
    """
    columns = (*contract.column_names, *POSITION_COLUMNS)
    values = ", ".join(f"s.{ORACLE.quote(name)}" for name in columns)
    sequence, _, attempt = map(ORACLE.quote, POSITION_COLUMNS)
    other = f"NVL(t.{sequence}, -1) <> s.{sequence} OR NVL(t.{attempt}, -1) <> s.{attempt}"
    return (
        f"{_oracle_update(contract)} WHERE ({_older_for_oracle()}) AND ({other}) "
        f"WHEN NOT MATCHED THEN INSERT ({ORACLE.quoted(columns)}) VALUES ({values})"
    )


def oracle_update_own(contract: Contract) -> str:
    """Merge one row over an older one of its own batch and attempt; bound is what `oracle_merge` is given."""
    sequence, line, attempt = map(ORACLE.quote, POSITION_COLUMNS)
    return (
        f"{_oracle_update(contract)} WHERE t.{sequence} = s.{sequence} AND t.{attempt} = s.{attempt} "
        f"AND NVL(t.{line}, -1) < s.{line}"
    )


def oracle_count_stale(contract: Contract) -> str:
    """Add up the numbers of those keys that a later batch's row has in the table.

    Bound are the sequence, and `STALE_KEYS` times a number of rows and the columns of their key: as :load_sequence,
    :n0, :k0_0, :k0_1 and so on.
    """
    names = [ORACLE.quote(name) for name in contract.key]
    keys = " UNION ALL ".join(
        f'SELECT :n{number} AS "#", '
        + ", ".join(f":k{number}_{index} AS {name}" for index, name in enumerate(names))
        + " FROM DUAL"
        for number in range(STALE_KEYS)
    )
    return (
        f'SELECT COALESCE(SUM(s."#"), 0) FROM ({keys}) s JOIN {ORACLE.quote(contract.table)} t '
        f"ON {_same_key(contract, ORACLE)} WHERE t.{ORACLE.quote('load_sequence')} > :load_sequence"
    )


def _oracle_update(contract: Contract) -> str:
    quote = ORACLE.quote
    columns = (*contract.column_names, *POSITION_COLUMNS)
    source = ", ".join(f":v{index} AS {quote(name)}" for index, name in enumerate(columns))
    changes = ", ".join(f"t.{quote(name)} = s.{quote(name)}" for name in columns if name not in contract.key)
    return (
        f"MERGE INTO {quote(contract.table)} t USING (SELECT {source} FROM DUAL) s "
        f"ON ({_same_key(contract, ORACLE)}) WHEN MATCHED THEN UPDATE SET {changes}"
    )


def _same_key(contract: Contract, grammar: Grammar) -> str:
    return " AND ".join(f"t.{grammar.quote(name)} = s.{grammar.quote(name)}" for name in contract.key)


def _row_in_table(contract: Contract) -> str:
    same_key = _same_key(contract, POSTGRESQL)
    return f"SELECT 1 FROM {POSTGRESQL.quote(contract.table)} AS t WHERE {same_key}"


def _ordered_keys(contract: Contract) -> str:
    """The key of a staged row, in the order of bytes."""
    quote = POSTGRESQL.quote
    texts = {column.name for column in contract.columns if column.type == "string"}
    return ", ".join(f's.{quote(name)} COLLATE "C"' if name in texts else f"s.{quote(name)}" for name in contract.key)


def _insert_newest(contract: Contract, where: str = "") -> str:
    """Insert the newest staged row of each key, in an order of keys that is the same for everybody.

    Two who lock rows in the same order can't wait for each other in a circle. The order is that of bytes,
    because comparing texts by the rules of a language takes several times as long.
    """
    quote = POSTGRESQL.quote
    columns = (*contract.column_names, *POSITION_COLUMNS)
    keys = _ordered_keys(contract)
    values = ", ".join(f"s.{quote(name)}" for name in contract.column_names)
    return (
        f"INSERT INTO {quote(contract.table)} AS t ({POSTGRESQL.quoted(columns)}) "
        f"SELECT DISTINCT ON ({keys}) {values}, :load_sequence, s.load_line, :load_attempt "
        f"FROM {STAGE} AS s{where} ORDER BY {keys}, s.load_line DESC"
    )


def _take_over(contract: Contract, grammar: Grammar) -> str:
    quote = grammar.quote
    columns = (*contract.column_names, *POSITION_COLUMNS)
    changes = ", ".join(f"{quote(name)} = excluded.{quote(name)}" for name in columns if name not in contract.key)
    return f"ON CONFLICT ({grammar.quoted(contract.key)}) DO UPDATE SET {changes}"


def _older(grammar: Grammar) -> str:
    """Whether the table's row is older than the one that meets it."""
    quote = grammar.quote
    mine = ", ".join(f"COALESCE(t.{quote(name)}, -1)" for name in POSITION_COLUMNS)
    theirs = ", ".join(f"excluded.{quote(name)}" for name in POSITION_COLUMNS)
    return f"({mine}) < ({theirs})"


def _older_for_oracle() -> str:
    """Compare positions part by part: Oracle can't tell which of two rows of values is the lesser."""
    condition = ""
    for name in reversed(POSITION_COLUMNS):
        mine, theirs = f"NVL(t.{ORACLE.quote(name)}, -1)", f"s.{ORACLE.quote(name)}"
        condition = f"{mine} < {theirs}" + (f" OR ({mine} = {theirs} AND ({condition}))" if condition else "")
    return condition
