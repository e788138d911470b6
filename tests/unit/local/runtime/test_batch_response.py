import pytest

from scripts.local.runtime.batch_response import failed

IDS = ("one", "two")


@pytest.mark.parametrize(
    "payload",
    [b"", b"null", b"{}", b'{"batchItemFailures": null}', b'{"batchItemFailures": []}'],
    ids=["nothing", "null", "empty object", "null list", "empty list"],
)
def test_a_response_without_failures_says_that_all_went_well(payload: bytes) -> None:
    assert failed(payload, IDS) == set()


def test_only_the_named_messages_failed() -> None:
    assert failed(b'{"batchItemFailures": [{"itemIdentifier": "two"}]}', IDS) == {"two"}


@pytest.mark.parametrize(
    "payload",
    [
        b"no json",
        b'"text"',
        b'{"batchItemFailures": "two"}',
        b'{"batchItemFailures": ["two"]}',
        b'{"batchItemFailures": [{"itemIdentifier": ""}]}',
        b'{"batchItemFailures": [{"itemIdentifier": null}]}',
        b'{"batchItemFailures": [{"messageId": "two"}]}',
        b'{"batchItemFailures": [{"itemIdentifier": "three"}]}',
        b'{"batchItemFailures": [{"itemIdentifier": "two"}, {"itemIdentifier": "three"}]}',
    ],
    ids=[
        "no json",
        "no object",
        "no list",
        "no objects in it",
        "empty id",
        "null id",
        "other key",
        "unknown id",
        "one of two unknown",
    ],
)
def test_a_malformed_response_fails_the_whole_batch(payload: bytes) -> None:
    assert failed(payload, IDS) == set(IDS)
