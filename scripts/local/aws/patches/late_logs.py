"""Logs that arrive late and in another order, where `local-aws start --late-logs` asks for it.

S3 delivers access logs on a best-effort basis (https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html);
logs of functions can take 5 to 10 minutes
(https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from moto.logs.models import LogStream
from moto.s3.models import S3Backend

from scripts.local.aws import behaviour
from scripts.local.aws.patches.registry import Replacements, patch

_LATE = "local_aws_late_logs"
_STAMP = len("2000-01-01-00-00-00-")
_UNIQUE = 16
"""A log object ends with the time of its delivery and 16 characters."""


@dataclass(frozen=True, slots=True)
class _LogObject:
    due: float
    bucket: str
    key: str
    value: Any

    @property
    def delivered_key(self) -> str:
        now = datetime.fromtimestamp(behaviour.now(), UTC)
        return f"{self.key[: -_STAMP - _UNIQUE]}{now:%Y-%m-%d-%H-%M-%S}-{self.key[-_UNIQUE:]}"


class _Delivery:
    """Takes the place of the backend while moto writes a log object, and keeps the object for later."""

    def __init__(self, backend: S3Backend, waiting: list[_LogObject]) -> None:
        self.get_bucket = backend.get_bucket
        self._waiting = waiting

    def put_object(self, bucket: str, key: str, value: Any) -> None:
        self._waiting.append(_LogObject(behaviour.now() + delay(len(self._waiting)), bucket, key, value))


def delay(number: int) -> float:
    """The seconds by which a log record is late: every second record is overtaken by the one after it."""
    longest = behaviour.current().late_logs_seconds
    return longest if number % 2 == 0 else longest / 2


@patch
def delivers_access_logs_late(moto: Replacements) -> None:
    """An access log is an object in the target bucket before the request it is about is answered."""
    original = S3Backend.log_incoming_request

    def log_incoming_request(self: S3Backend, request: Any, bucket_name: str) -> None:
        waiting: list[_LogObject] = vars(self).setdefault(_LATE, [])
        for each in sorted(waiting, key=lambda one: one.due):
            if each.due <= behaviour.now():
                waiting.remove(each)
                if each.bucket in self.buckets:
                    self.put_object(each.bucket, each.delivered_key, value=each.value)
        late = behaviour.current().late_logs_seconds
        original(_Delivery(self, waiting) if late else self, request, bucket_name)  # type: ignore[arg-type]

    moto.replace(S3Backend, "log_incoming_request", log_incoming_request)


@patch
def shows_log_events_late(moto: Replacements) -> None:
    """A log event can be read as soon as PutLogEvents has answered."""
    for name in ("get_log_events", "filter_log_events"):
        moto.replace(LogStream, name, _of_arrived(getattr(LogStream, name)))


def _of_arrived(original: Callable[..., Any]) -> Callable[..., Any]:
    def reading(self: LogStream, *arguments: Any, **named: Any) -> Any:
        everything, now = self.events, behaviour.now() * 1000
        self.events = [one for one in everything if one.ingestion_time + delay(one.event_id) * 1000 <= now]
        try:
            return original(self, *arguments, **named)
        finally:
            self.events = everything

    return reading
