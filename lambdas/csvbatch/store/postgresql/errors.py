"""What PostgreSQL's error codes mean for a load, and what to do about them."""

import re

import psycopg

from csvbatch.store.errors import BusyError, CredentialsError, RetryableError, StoreError

# Classes 08 (connection) and 40 (deadlock, serialization), the server ends the connection, and a key that another
# transaction inserted at the same time.
_RETRYABLE = re.compile(r"08...|25P03|40...|57P0[1245]|23505")
# Class 53 (memory, disk, connections), the server is starting, and a lock that was not free in time.
_BUSY = re.compile(r"53...|57P03|55P03")
_CREDENTIALS = re.compile(r"28...")
# libpq gives no SQLSTATE for a refused connection, so the code is derived from its text.
_REFUSED = (
    ("28P01", re.compile("password authentication failed|no password supplied|role .* does not exist")),
    ("3D000", re.compile("database .* does not exist")),
    ("53300", re.compile("too many (clients|connections)|remaining connection slots")),
    ("57P03", re.compile("the database system is")),
)
_NO_CONNECTION = "NO_CONNECTION"
_ADVICE = {
    _NO_CONNECTION: "check host, port, TLS and firewall, and that the server runs",
    "23502": "make the table's constraints those of its contract",
    "23514": "make the table's constraints those of its contract",
    "3D000": "create the database, or name another one",
    "42501": "grant the user SELECT, INSERT and UPDATE on the tables: `csvbatch ddl --grants USER` prints all it needs",
    "42703": "run `csvbatch migrate`",
    "42P01": "run `csvbatch migrate`",
    "42P10": "give the table a primary key of the contract's key columns",
    "57014": "the statement took too long: look for locks and for missing indexes",
}
_OTHER_ADVICE = "look the SQLSTATE up in PostgreSQL's manual, appendix A, and in the server's log"


def classify(error: Exception) -> StoreError | None:
    """Give the StoreError for what psycopg raised, by its SQLSTATE; None for another error."""
    if isinstance(error, UnicodeEncodeError):
        return StoreError(type(error).__name__, "a text cannot be encoded for PostgreSQL", "correct the file")
    if not isinstance(error, psycopg.Error):
        return None
    code = error.sqlstate or _why_refused(error)
    if _CREDENTIALS.fullmatch(code):
        return CredentialsError(code, "PostgreSQL does not accept the user", "check user name and password")
    if _BUSY.fullmatch(code):
        return BusyError(code, "PostgreSQL is too busy", "try again later, or raise its limits")
    if _RETRYABLE.fullmatch(code) or code == _NO_CONNECTION:
        return RetryableError(code, "PostgreSQL could not finish", _ADVICE.get(code, "try again"))
    return StoreError(code, "PostgreSQL refused a statement", _ADVICE.get(code, _OTHER_ADVICE))


def _why_refused(error: psycopg.Error) -> str:
    """Give a SQLSTATE for an error of the client, which found no server, lost it or was refused."""
    if not isinstance(error, psycopg.OperationalError):
        return type(error).__name__
    text = str(error)
    return next((code for code, pattern in _REFUSED if pattern.search(text)), _NO_CONNECTION)
