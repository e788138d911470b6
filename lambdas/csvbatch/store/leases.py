"""A lease: a name that one owner at a time may hold, until a moment that it can push further away."""

from datetime import timedelta

from csvbatch.store.database import Transaction


def acquire(transaction: Transaction, name: str, owner: str, duration: timedelta) -> bool:
    """Take or renew a lease; False where somebody else holds it."""
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
    # Two may get here at once: the primary key lets one of them pass, and the other's transaction is done again.
    transaction.run(
        "INSERT INTO csvbatch_lease (name, owner, expires_at) VALUES (:name, :owner, :expires_at)",
        name=name,
        owner=owner,
        expires_at=now + duration,
    )
    return True


def release(transaction: Transaction, name: str, owner: str) -> None:
    """Give a lease back; nothing happens where somebody else has it by now."""
    transaction.run("DELETE FROM csvbatch_lease WHERE name = :name AND owner = :owner", name=name, owner=owner)
