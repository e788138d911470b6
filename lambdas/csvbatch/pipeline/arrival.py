"""The order in which files arrived, which is the order in which they are registered and so whose rows win."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from csvbatch.pipeline.ports import StoredObject


def in_order_of_arrival(found: Iterable[StoredObject]) -> list[StoredObject]:
    """Sort versions by time and then by key, but those of one key as they were listed: the oldest first.

    S3's times cannot order a key's versions. They are whole seconds, and that of an upload in parts is when it
    began, which may be before an older version was put:
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html. So a version counts as no older than
    the one before it.
    """
    latest: dict[str, datetime] = {}
    arrived = []
    for stored in found:
        key = stored.object.key
        latest[key] = max(stored.modified, latest.get(key, stored.modified))
        arrived.append(replace(stored, modified=latest[key]))
    return sorted(arrived, key=arrival)


def arrival(stored: StoredObject) -> tuple[datetime, str]:
    """Give what versions are sorted by; those of one key and one time keep the order they are in."""
    return stored.modified, stored.object.key
