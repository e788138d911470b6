"""The order in which files arrived. They are registered in this order, and rows of later files win."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from csvbatch.pipeline.ports import StoredObject


def in_order_of_arrival(found: Iterable[StoredObject]) -> list[StoredObject]:
    """Sort versions by time and then by key; versions of one key stay in the order of the listing, oldest first.

    LastModified cannot order the versions of a key. Its resolution is one second, and for a multipart upload it is
    the time of initiation, which may be before an older version was stored:
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html. Therefore a version is treated as at
    least as new as the version before it.
    """
    latest: dict[str, datetime] = {}
    arrived = []
    for stored in found:
        key = stored.object.key
        latest[key] = max(stored.modified, latest.get(key, stored.modified))
        arrived.append(replace(stored, modified=latest[key]))
    return sorted(arrived, key=arrival)


def arrival(stored: StoredObject) -> tuple[datetime, str]:
    """Give the sort key of a version; the sort is stable, so equal ones keep their order."""
    return stored.modified, stored.object.key
