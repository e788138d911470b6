"""The event "Object Created" of S3, as EventBridge sends it."""

from typing import Any


def created_keys(event: dict[str, Any], bucket: str) -> tuple[str, ...]:
    """Give the key of the object that an event announces; none if it is another event, or about another bucket.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
    """
    detail = event.get("detail")
    if event.get("source") != "aws.s3" or not isinstance(detail, dict):
        return ()
    about = detail.get("bucket"), detail.get("object")
    if not all(isinstance(one, dict) for one in about) or about[0].get("name") != bucket:
        return ()
    key = about[1].get("key")
    return (key,) if isinstance(key, str) and key else ()
