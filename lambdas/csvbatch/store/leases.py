"""Leases: names that one owner at a time holds, until an expiry that the owner can extend."""

from datetime import timedelta

from csvbatch.store.database import Transaction


def acquire(transaction: Transaction, name: str, owner: str, duration: timedelta) -> bool:
    """Take or renew a lease; False if another owner holds it."""
    now = transaction.now()
    taken = transaction.run(
        "UPDATE csvbatch_lease SET owner = :owner, expires_at = :expires_at "
        "WHERE name = :name AND (owner = :owner OR expires_at <= :now)",
        name=name,
        owner=owner,
        expires_at=now + duration,
        now=now,
    )
    if taken:
        return True
    if transaction.rows("SELECT owner FROM csvbatch_lease WHERE name = :name", name=name):
        return False
    # If two get here at once, the primary key refuses one of them, and its transaction is retried.
    transaction.run(
        "INSERT INTO csvbatch_lease (name, owner, expires_at) VALUES (:name, :owner, :expires_at)",
        name=name,
        owner=owner,
        expires_at=now + duration,
    )
    return True


def release(transaction: Transaction, name: str, owner: str) -> None:
    """Release a lease; does nothing if another owner holds it."""
    transaction.run("DELETE FROM csvbatch_lease WHERE name = :name AND owner = :owner", name=name, owner=owner)


def forget_expired(transaction: Transaction, prefix: str) -> None:
    """Delete the leases with this prefix that nobody has released in time."""
    transaction.run(
        "DELETE FROM csvbatch_lease WHERE SUBSTR(name, 1, :characters) = :prefix AND expires_at <= :now",
        characters=len(prefix),
        prefix=prefix,
        now=transaction.now(),
    )


def lock(transaction: Transaction, name: str) -> None:
    """Hold a name until the transaction ends: others that lock it wait."""
    if not transaction.locked_rows("SELECT name FROM csvbatch_lease WHERE name = :name", name=name):
        # If two get here at once, the primary key refuses one of them, and its transaction is retried.
        transaction.run(
            "INSERT INTO csvbatch_lease (name, owner, expires_at) VALUES (:name, 'nobody', :expires_at)",
            name=name,
            expires_at=transaction.now(),
        )
