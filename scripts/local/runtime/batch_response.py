"""Reads the failed messages of a batch from a function's response.

The rules: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html. An empty or null response, or
an empty or null list, means success. An entry that is empty or null, has another key, or has an unknown message ID
fails the whole batch.
"""

import json
from collections.abc import Collection


def failed(payload: bytes, message_ids: Collection[str]) -> set[str]:
    """The messages to be delivered again."""
    everything = set(message_ids)
    try:
        response = json.loads(payload or b"null")
    except ValueError:
        return everything
    if response is None:
        return set()
    if not isinstance(response, dict):
        return everything
    failures = response.get("batchItemFailures")
    if failures is None:
        return set()
    if not isinstance(failures, list):
        return everything
    named = set()
    for entry in failures:
        name = entry.get("itemIdentifier") if isinstance(entry, dict) else None
        if not isinstance(name, str) or name not in everything:
            return everything
        named.add(name)
    return named
