"""The event "Object Created" of S3, as EventBridge sends it."""

from typing import Any


def created_keys(event: dict[str, Any], bucket: str) -> tuple[str, ...]:
    """Give the key of the object that an event announces; none if it is another event, or about another bucket.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
    """
    match event:
        case {"source": "aws.s3", "detail": {"bucket": {"name": name}, "object": {"key": str(key)}}} if name == bucket:
            return (key,) if key else ()
    return ()
