import json
from typing import Any

import pytest

from csvbatch.aws.object_created import created_keys
from scripts.local.runtime.object_events import CreatedObject

KEY = "incoming/recipients/a b+ü.csv"


def event(bucket: str = "data", key: str = KEY) -> Any:
    return json.loads(CreatedObject(bucket, key, "v1", 5, "e", ()).event("123456789012", "eu-west-2", 0.0))


def test_an_event_about_a_new_object_gives_its_key_as_it_is() -> None:
    assert created_keys(event(), "data") == (KEY,)


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"source": "aws.scheduler", "detail": {}},
        {"source": "aws.s3"},
        {"source": "aws.s3", "detail": None},
        {"source": "aws.s3", "detail": {"bucket": {"name": "data"}, "object": {"key": 7}}},
        {"detail": {"bucket": {"name": "data"}, "object": {"key": KEY}}},
        event(bucket="elsewhere"),
        event(key=""),
    ],
)
def test_any_other_event_leads_to_a_sweep(other: dict[str, Any]) -> None:
    assert created_keys(other, "data") == ()
