"""The events that each of the two gives a function: for a new object, a schedule and a message."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from scripts.account.names import Names, names
from scripts.common.errors import UserError
from scripts.local.aws.environment import Endpoint
from scripts.local.runtime import event_sources, object_events, schedules
from scripts.local.runtime.aws import Aws
from scripts.local.runtime.event_sources import Poller
from scripts.local.runtime.sandbox import Result
from tests.second_aws import answers, recorder
from tests.second_aws.demo import set_schedules
from tests.second_aws.differences import Difference
from tests.second_aws.server import Ministack
from tests.support.platform import Platform

KEY = "incoming/airports/an event.csv"
BODY = b"icao\n"
MESSAGE = "a message"
_CHOSEN = frozenset(
    {
        *("id", "version-id", "etag", "sequencer", "request-id"),
        *("messageId", "receiptHandle", "SenderId", "SentTimestamp", "ApproximateFirstReceiveTimestamp"),
    }
)
_LIMIT_SECONDS = 180
_POLL_SECONDS = 1.0

WANTED: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "new object": lambda event: event.get("source") == "aws.s3",
    "schedule": lambda event: event.get("source") == "aws.scheduler",
    "message": lambda event: "Records" in event,
}
"""Each event, and how to recognize it among others."""

type Events = dict[str, Any]


@dataclass
class _Recorded:
    """Takes the place of a function of the local runtime."""

    events: list[Any] = field(default_factory=list)

    def invoke(self, event: bytes) -> Result:
        self.events.append(json.loads(event))
        return Result("made-up", b'{"batchItemFailures": []}')


def compared(ours: Platform, second: Platform, ministack: Ministack) -> list[Difference]:
    """Every member of an event that differs."""
    mine, other = _of_ours(ours), _of_ministack(second, ministack)
    found: list[Difference] = []
    for name in sorted(mine):
        given = [answers.normalised(events[name], {}, chosen=_CHOSEN) for events in (mine, other)]
        found += answers.compared(name, *given, kind="event")
    return found


def _of_ours(ours: Platform) -> Events:
    """The events that `local-runtime` makes."""
    endpoint: Endpoint = ours.aws.endpoint
    aws = Aws(endpoint)
    known = names(ours.environment)
    ours.client("events").enable_rule(Name=known.rule)
    watch = object_events.ObjectWatch(aws)
    _cause(ours, known)
    (created,) = watch.created()
    (mapping,) = event_sources.mappings(aws)
    handler = _Recorded()
    Poller(mapping, handler, aws, time.time).poll(wait_for_window=False)
    now = time.time()
    return {
        "new object": json.loads(created.event(endpoint.account_id, endpoint.region, now)),
        "schedule": json.loads(schedules.named(None, schedules.schedules(aws)).event(now)),
        "message": handler.events[0],
    }


def _of_ministack(second: Platform, ministack: Ministack) -> Events:
    """The events that MiniStack gives functions whose code notes them."""
    known = names(second.environment)
    for name in (known.batch_processor, known.request_handler):
        recorder.deploy(second.client("lambda"), name)
    second.client("events").enable_rule(Name=known.rule)
    set_schedules(second, known.prefix, State="ENABLED", ScheduleExpression="rate(1 minute)")
    _cause(second, known)
    deadline = time.monotonic() + _LIMIT_SECONDS
    while True:
        noted = list(_noted(ministack))
        found = {name: event for event in noted for name, is_it in WANTED.items() if is_it(event)}
        if found.keys() == WANTED.keys():
            set_schedules(second, known.prefix, State="DISABLED")
            return found
        if time.monotonic() > deadline:
            missing = ", ".join(sorted(WANTED.keys() - found.keys()))
            raise UserError(f"MiniStack's functions got no event within {_LIMIT_SECONDS} s for: {missing}")
        time.sleep(_POLL_SECONDS)


def _cause(platform: Platform, known: Names) -> None:
    """Upload an object and send a message."""
    functions, sqs = platform.client("lambda"), platform.client("sqs")
    variables = functions.get_function_configuration(FunctionName=known.batch_processor)["Environment"]["Variables"]
    platform.client("s3").put_object(Bucket=variables["CSVBATCH_BUCKET"], Key=KEY, Body=BODY)
    queue = variables["CSVBATCH_QUEUE_URL"].rpartition("/")[2]
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    attribute = {"kind": {"StringValue": "made-up", "DataType": "String"}}
    sqs.send_message(QueueUrl=url, MessageBody=MESSAGE, MessageAttributes=attribute)


def _noted(ministack: Ministack) -> Iterator[Any]:
    if ministack.events_file.exists():
        for line in ministack.events_file.read_text(encoding="utf-8").splitlines(keepends=True):
            # The last line may be half written.
            if line.endswith("\n"):
                yield json.loads(line)
