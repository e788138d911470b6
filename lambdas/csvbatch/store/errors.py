"""The errors of a store. They carry codes, because the drivers' own messages quote rows."""


class StoreError(Exception):
    """The database refused an operation, and will refuse it again until the cause is removed.

    `code` is the database's own: an Oracle error number, a PostgreSQL SQLSTATE, or the name of a SQLite result.
    """

    def __init__(self, code: str, reason: str, advice: str) -> None:
        self.code = code
        self.reason = reason
        self.advice = advice
        self.operation: str | None = None
        super().__init__(code, reason, advice)

    def __str__(self) -> str:
        during = f" during {self.operation}" if self.operation else ""
        return f"{self.reason}{during} ({self.code}); {self.advice}"


class RetryableError(StoreError):
    """Nothing was changed, and a retry may succeed: a deadlock, a lost connection."""


class BusyError(RetryableError):
    """A lock or a connection was not free in time; an immediate retry would add to the load."""


class CredentialsError(StoreError):
    """The database does not accept the user name and password; they may have been rotated."""


class LedgerError(StoreError):
    """The ledger does not allow the operation, because the batch or chunk is unknown or in another state."""


class UrlError(ValueError):
    """The URL of a store cannot be used; the message shows no password."""
