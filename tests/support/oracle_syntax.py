"""Finds in a statement what Oracle does not have: syntax of other databases, and what Oracle's own rules refuse.

sqlglot's Oracle dialect reads every dialect's syntax: that it parses says only that brackets and clauses are in order.
What is foreign is told by a list, which proves nothing about what is not on it; only an Oracle does. The versions are
12.1 to 19, without what came with 21 and 23 (IF NOT EXISTS, BOOLEAN, SELECT without FROM, EXCEPT, rows of VALUES).
https://docs.oracle.com/en/database/oracle/oracle-database/19/sqlrf/
"""

import re
from collections.abc import Iterator

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

_QUOTED = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*\"""")

_FOREIGN = {
    r"\bLIMIT\b": "LIMIT: use FETCH FIRST n ROWS ONLY",
    r"\bOFFSET\s+\S+(?!\s+ROWS?\b)\s*$": "OFFSET without ROWS",
    r"\bON\s+CONFLICT\b": "ON CONFLICT: use MERGE",
    r"\bON\s+DUPLICATE\s+KEY\b": "ON DUPLICATE KEY: use MERGE",
    r"\bINSERT\s+(OR|IGNORE)\b|\bREPLACE\s+INTO\b": "INSERT OR …: use MERGE",
    r"::": ":: for a cast: use CAST",
    r"\bI?LIKE\s+ANY\b|\bILIKE\b|\bSIMILAR\s+TO\b": "ILIKE",
    r"\bRETURNING\b(?!.*\bINTO\b)": "RETURNING without INTO",
    r"\bDISTINCT\s+ON\b": "DISTINCT ON",
    r"\b(FROM|JOIN|INTO|UPDATE|USING)\s+[\w.\"]+\s+AS\b": "AS before the other name of a table",
    r"\bIF\s+(NOT\s+)?EXISTS\b": "IF EXISTS",
    r"\b(TEXT|BIGINT|BOOLEAN|SERIAL|BIGSERIAL|TIMESTAMPTZ|BYTEA|TINYINT|DATETIME|DOUBLE)\b(?!\s+PRECISION)": "a type",
    r"\b(TRUE|FALSE)\b": "a boolean literal",
    r"\bNOW\s*\(|\bGETDATE\s*\(|\bDATETIME\s*\(": "NOW(): use SYSTIMESTAMP",
    r"\bEXCEPT\b": "EXCEPT: use MINUS",
    r"\bTOP\s+\d": "TOP: use FETCH FIRST",
    r"\bUPDATE\b.*\bSET\b.*\bFROM\b(?!.*\))": "UPDATE … FROM: use MERGE",
    r"\bDELETE\s+FROM\b.*\bUSING\b": "DELETE … USING",
    r"\bCREATE\s+(TEMP|TEMPORARY)\b": "CREATE TEMPORARY TABLE without GLOBAL",
    r"\)\s*(STRICT|WITHOUT\s+ROWID|ENGINE\b)": "an option of a table",
    r"\bALTER\s+COLUMN\b": "ALTER COLUMN: use MODIFY",
    r"\bADD\s+COLUMN\b": "ADD COLUMN: use ADD",
    r"\bAUTO_?INCREMENT\b": "AUTOINCREMENT: use an identity",
    r"\bVALUES\s*\([^()]*\)\s*,": "several rows of VALUES",
    r"`|\[\w+\]": "backticks or brackets round a name",
    r"%\(\w+\)s|%s|\$\d|\?": "a placeholder other than :name",
    r";": "a semicolon, which the driver does not take",
    r"\bWITH\s+RECURSIVE\b": "WITH RECURSIVE: leave RECURSIVE out",
    r"\bCOLLATE\s+\"": "COLLATE with a name in quotes",
    # The row limit makes a view of the query, and rows of such a view cannot be locked (ORA-02014).
    # https://docs.oracle.com/en/error-help/db/oci-02014
    r"\bFETCH\s+(FIRST|NEXT)\b.*\bFOR\s+UPDATE\b": "FETCH FIRST with FOR UPDATE",
    # https://docs.oracle.com/en/error-help/db/oci-01786
    r"\b(DISTINCT|GROUP\s+BY|UNION|INTERSECT|MINUS)\b.*\bFOR\s+UPDATE\b": "FOR UPDATE of a set or of groups",
}
_COMPILED = {re.compile(pattern, re.IGNORECASE | re.DOTALL): what for pattern, what in _FOREIGN.items()}


def foreign_to_oracle(sql: str) -> list[str]:
    """Say what in a statement Oracle does not have; nothing where nothing was found."""
    bare = _QUOTED.sub(lambda found: found[0][0] + "q" + found[0][-1], sql)
    found = [what for pattern, what in _COMPILED.items() if pattern.search(bare)]
    found += [*_long_names(sql), *_long_texts(bare)]
    if re.match(r"\s*SELECT\b", bare, re.IGNORECASE) and not re.search(r"\bFROM\b", bare, re.IGNORECASE):
        found.append("SELECT without FROM: use FROM DUAL")
    if _UNREAD.match(bare):
        return found
    try:
        tree = sqlglot.parse_one(sql, read="oracle", error_level=sqlglot.ErrorLevel.RAISE)
    except SqlglotError:
        found.append("clauses out of order")
    else:
        if isinstance(tree, exp.Command):
            found.append("an unknown statement")
        found += [*_named_rowid(tree), *_updated_keys(tree)]
    return found


_LONGEST_NAME = 30
_LONGEST_TEXT = 4000
_NAMES = re.compile(r"""'(?:[^']|'')*'|"((?:[^"]|"")*)"|(?<![:\w$#])([A-Za-z][\w$#]*)""")
_TEXT_TYPE = re.compile(r"\bN?VARCHAR2?\s*\(\s*(\d+)", re.IGNORECASE)


def _long_names(sql: str) -> Iterator[str]:
    """Find names that are too long for a database older than 12.2, whose limit is 30 bytes.

    https://docs.oracle.com/cd/E57425_01/121/SQLRF/sql_elements008.htm
    """
    for quoted, bare in _NAMES.findall(sql):
        name = quoted or bare
        if len(name.encode()) > _LONGEST_NAME:
            yield f"a name of more than {_LONGEST_NAME} bytes: {name}"


def _long_texts(bare: str) -> Iterator[str]:
    """Find text types that are longer than a database with its default settings has them.

    https://docs.oracle.com/database/122/REFRN/MAX_STRING_SIZE.htm
    """
    for size in _TEXT_TYPE.findall(bare):
        if int(size) > _LONGEST_TEXT:
            yield f"a text of more than {_LONGEST_TEXT} bytes: {size}"


def _named_rowid(tree: exp.Expression) -> Iterator[str]:
    """Find a column that is named ROWID, which no column may be, not even in quotes.

    https://docs.oracle.com/en/database/oracle/oracle-database/19/sqlrf/Database-Object-Names-and-Qualifiers.html
    """
    named = [column.this for column in tree.find_all(exp.ColumnDef)]
    named += [alias.args["alias"] for alias in tree.find_all(exp.Alias)]
    for name in named:
        if (
            isinstance(name, exp.Identifier)
            and (name.this if name.args.get("quoted") else name.this.upper()) == "ROWID"
        ):
            yield "a column named ROWID"


def _updated_keys(tree: exp.Expression) -> Iterator[str]:
    """Find columns that a MERGE updates although its ON clause refers to them (ORA-38104).

    https://docs.oracle.com/cd/B19306_01/server.102/b14200/statements_9016.htm
    """
    if not isinstance(tree, exp.Merge):
        return
    target = tree.this.alias_or_name.upper()

    def of_target(column: exp.Column) -> bool:
        return column.table.upper() in ("", target)

    keys = {column.name.upper() for column in tree.args["on"].find_all(exp.Column) if of_target(column)}
    for change in tree.find_all(exp.Update):
        for assignment in change.expressions:
            if assignment.this.name.upper() in keys:
                yield f"an update of {assignment.this.name}, to which the ON clause refers"


# What sqlglot does not read: a change of a column, and a synonym.
_UNREAD = re.compile(
    r'ALTER TABLE "q" MODIFY \("q" (NULL|(VARCHAR2|NUMBER|TIMESTAMP)\([\w, ]+\))\)$'
    r"|(CREATE SYNONYM \w+ FOR|DROP SYNONYM) \w+$"
)
