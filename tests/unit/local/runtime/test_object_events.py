"""The event "Object Created" has the members of AWS's example.

https://docs.amazonaws.cn/en_us/AmazonS3/latest/userguide/ev-events.html
"""

import json
from typing import Any

from scripts.local.runtime.object_events import CreatedObject

NOW = 1_700_000_000.0
CREATED = CreatedObject("bucket", "incoming/a b.csv", "version", 5, "etag", ())


def event(now: float = NOW) -> Any:
    return json.loads(CREATED.event("123456789012", "eu-west-2", now))


def test_the_event_has_the_members_of_awss_example() -> None:
    assert event().keys() == {
        *("version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"),
    }
    detail = event()["detail"]
    assert detail.keys() == {
        *("version", "bucket", "object", "request-id", "requester", "source-ip-address", "reason"),
    }
    assert detail["object"].keys() == {"key", "size", "etag", "version-id", "sequencer"}
    assert detail["requester"] == "123456789012"


def test_a_later_event_has_a_greater_sequencer() -> None:
    earlier, later = (event(now)["detail"]["object"]["sequencer"] for now in (NOW, NOW + 0.001))
    assert int(earlier, 16) < int(later, 16)
    assert len(earlier) == len(later)
