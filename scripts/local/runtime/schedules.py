"""The schedules of EventBridge Scheduler that invoke a function."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from scripts.common.errors import UserError
from scripts.local.runtime import expressions
from scripts.local.runtime.aws import Aws


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule with a function as target; without `input` it sends Scheduler's default event."""

    name: str
    arn: str
    expression: str
    timezone: str
    is_enabled: bool
    function_arn: str
    input: str | None

    def event(self, now: float) -> bytes:
        """The event for the function."""
        if self.input is not None:
            return self.input.encode()
        _, _, _, region, account, _ = self.arn.split(":", 5)
        return json.dumps(
            {
                "version": "0",
                "id": str(uuid.uuid4()),
                "detail-type": "Scheduled Event",
                "source": "aws.scheduler",
                "account": account,
                "time": datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "region": region,
                "resources": [self.arn],
                "detail": "{}",
            }
        ).encode()

    def next_after(self, last: float) -> float | None:
        """The next time in seconds since 1970; None if there is none."""
        return expressions.next_after(self.expression, self.timezone, last)


def schedules(aws: Aws) -> list[Schedule]:
    """All schedules that invoke a function, enabled or not."""
    scheduler = aws.client("scheduler")
    listed = [one for page in scheduler.get_paginator("list_schedules").paginate() for one in page["Schedules"]]
    described = (scheduler.get_schedule(Name=one["Name"], GroupName=one["GroupName"]) for one in listed)
    return [_schedule(one) for one in described if ":lambda:" in one["Target"]["Arn"]]


def named(name: str | None, there: list[Schedule]) -> Schedule:
    """The schedule with this name, or the only one; raises UserError if that is ambiguous."""
    found = [one for one in there if name in (None, one.name)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(one.name for one in there) or "none"
    if name is None and there:
        raise UserError(f"there are several schedules, name the one to fire: {names}")
    wanted = f"no schedule {name!r}" if name else "no schedule"
    raise UserError(f"there is {wanted} that invokes a function. Schedules: {names}")


def _schedule(answer: Mapping[str, Any]) -> Schedule:
    return Schedule(
        name=answer["Name"],
        arn=answer["Arn"],
        expression=answer["ScheduleExpression"],
        timezone=answer.get("ScheduleExpressionTimezone", "UTC"),
        is_enabled=answer["State"] == "ENABLED",
        function_arn=answer["Target"]["Arn"],
        input=answer["Target"].get("Input"),
    )
