"""Finds syntax in a statement that Oracle does not have.

sqlglot's Oracle dialect reads every dialect's syntax: that it parses says only that brackets and clauses are in order.
What is foreign is told by a list, which proves nothing about what is not on it; only an Oracle does. The versions are
12.1 to 19, without what came with 21 and 23 (IF NOT EXISTS, BOOLEAN, SELECT without FROM, EXCEPT, rows of VALUES).
https://docs.oracle.com/en/database/oracle/oracle-database/19/sqlrf/
"""

import re

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
}
_COMPILED = {re.compile(pattern, re.IGNORECASE | re.DOTALL): what for pattern, what in _FOREIGN.items()}


def foreign_to_oracle(sql: str) -> list[str]:
    """Say what in a statement Oracle does not have; nothing where nothing was found."""
    bare = _QUOTED.sub(lambda found: found[0][0] + "q" + found[0][-1], sql)
    found = [what for pattern, what in _COMPILED.items() if pattern.search(bare)]
    if re.match(r"\s*SELECT\b", bare, re.IGNORECASE) and not re.search(r"\bFROM\b", bare, re.IGNORECASE):
        found.append("SELECT without FROM: use FROM DUAL")
    try:
        tree = sqlglot.parse_one(sql, read="oracle", error_level=sqlglot.ErrorLevel.RAISE)
    except SqlglotError:
        found.append("clauses out of order")
    else:
        if isinstance(tree, exp.Command) and not _MODIFY.match(bare):
            found.append("an unknown statement")
    return found


# Oracle's change of a column, which sqlglot does not read.
_MODIFY = re.compile(r'ALTER TABLE "q" MODIFY \("q" (NULL|(VARCHAR2|NUMBER|TIMESTAMP)\([\w, ]+\))\)$')
