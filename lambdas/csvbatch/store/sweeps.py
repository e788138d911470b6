"""Sweeps over the listing of a bucket: the key at which the last one ended."""

from csvbatch.store.database import Transaction


def swept_to(transaction: Transaction, bucket: str) -> str | None:
    """Give the key at which the last sweep ended; None if it reached the end, or if there was none."""
    rows = transaction.rows("SELECT after_key FROM csvbatch_sweep WHERE bucket = :bucket", bucket=bucket)
    return rows[0][0] if rows else None


def record(transaction: Transaction, bucket: str, key: str | None) -> None:
    """Record the key at which a sweep ended; None if it reached the end."""
    values = {"bucket": bucket, "after_key": key}
    if not transaction.run("UPDATE csvbatch_sweep SET after_key = :after_key WHERE bucket = :bucket", **values):
        # If two get here at once, the primary key refuses one of them, and its transaction is retried.
        transaction.run("INSERT INTO csvbatch_sweep (bucket, after_key) VALUES (:bucket, :after_key)", **values)
