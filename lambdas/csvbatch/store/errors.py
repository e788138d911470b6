"""What goes wrong in a store, told in codes: the drivers' own messages quote the rows they were given."""


class StoreError(Exception):
    """The database refused an operation, and will refuse it again until somebody acts on the message.

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
    """Nothing was changed, and the same operation may succeed if done again: a deadlock, a lost connection."""


class BusyError(RetryableError):
    """Somebody kept a lock or every connection for longer than we wait; to try at once would add to that."""


class CredentialsError(StoreError):
    """The database does not accept the user name and password; they may have been rotated."""


class LedgerError(StoreError):
    """The ledger does not allow the operation: the batch or chunk is unknown, or in another state."""


class UrlError(ValueError):
    """The address of a store can't be used; the message shows no password."""
