"""The datasets that expect a file every few hours, and which of them are overdue."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from csvbatch.store.database import Transaction
from csvbatch.store.records import OverdueDataset, moment


def expect(transaction: Transaction, bucket: str, every_hours: Mapping[str, int]) -> None:
    """Set how often a bucket's datasets expect a file; datasets that are not named no longer expect one.

    For a dataset without a file the hours count from the first call that names it, so it is not overdue at once.
    """
    rows = transaction.rows(
        "SELECT dataset, expected_every_hours FROM csvbatch_dataset WHERE bucket = :bucket", bucket=bucket
    )
    known = dict(rows)
    for dataset in sorted(every_hours.keys() - known.keys()):
        transaction.run(
            "INSERT INTO csvbatch_dataset (bucket, dataset, expected_every_hours, expected_since) "
            "VALUES (:bucket, :dataset, :hours, :now)",
            bucket=bucket,
            dataset=dataset,
            hours=every_hours[dataset],
            now=transaction.now(),
        )
    for dataset, before in sorted(known.items()):
        if before is None and dataset in every_hours:
            _change(transaction, "expected_since = :now", bucket, dataset, now=transaction.now())
        if before != every_hours.get(dataset):
            _change(transaction, "expected_every_hours = :hours", bucket, dataset, hours=every_hours.get(dataset))


def overdue(transaction: Transaction, bucket: str | None) -> list[OverdueDataset]:
    """Give the datasets whose last file is older than expected; without a file the first expectation counts.

    A paused dataset is not overdue, because its files are not registered.
    """
    chosen, parameters = ("", {}) if bucket is None else (" AND bucket = :bucket", {"bucket": bucket})
    rows = transaction.rows(
        "SELECT bucket, dataset, expected_every_hours, expected_since FROM csvbatch_dataset "
        "WHERE expected_every_hours IS NOT NULL AND dataset NOT IN (SELECT dataset FROM csvbatch_pause)"
        f"{chosen} ORDER BY bucket, dataset",
        **parameters,
    )
    if not rows:
        return []
    now = transaction.now()
    late = []
    for its_bucket, dataset, hours, since in rows:
        last_at, since_at = _last_registered_at(transaction, its_bucket, dataset), moment(since)
        assert since_at is not None, "the column has no NULL"
        if (last_at or since_at) + timedelta(hours=int(hours)) < now:
            late.append(OverdueDataset(its_bucket, dataset, int(hours), last_at))
    return late


def _last_registered_at(transaction: Transaction, bucket: str, dataset: str) -> datetime | None:
    """Look for the dataset's last file from the newest on, so that the age of the ledger does not matter."""
    rows = transaction.first_rows(
        1,
        "SELECT registered_at FROM csvbatch_batch WHERE bucket = :bucket AND dataset = :dataset "
        "ORDER BY load_sequence DESC",
        bucket=bucket,
        dataset=dataset,
    )
    return moment(rows[0][0]) if rows else None


def _change(transaction: Transaction, change: str, bucket: str, dataset: str, **parameters: Any) -> None:
    transaction.run(
        f"UPDATE csvbatch_dataset SET {change} WHERE bucket = :bucket AND dataset = :dataset",
        bucket=bucket,
        dataset=dataset,
        **parameters,
    )
