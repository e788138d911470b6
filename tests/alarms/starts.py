"""EventBridge on the clock: the schedules of Scheduler, the rule for new objects, their retries and dead letters.

Metrics of Scheduler: https://docs.aws.amazon.com/scheduler/latest/UserGuide/monitoring-cloudwatch.html, of rules:
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from scripts.local.cloudwatch.metrics import Metric, Metrics
from scripts.local.runtime.expressions import next_after
from tests.alarms.account import Account
from tests.alarms.lambda_service import LambdaService

_PRECISION_SECONDS = 60
"""A schedule fires within 60 seconds of its time:
https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html"""

_FIRST_PAUSE_SECONDS = 60.0
"""Until the first retry, doubled each time. AWS says that retries back off exponentially, not from what:
https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html"""


@dataclass(slots=True)
class _Attempt:
    due: float
    schedule: Mapping[str, Any]
    began: float
    retries: int = 0


@dataclass(slots=True)
class Starts:
    account: Account
    functions: LambdaService
    metrics: Metrics
    now: Callable[[], float]
    chance: Random = field(default_factory=lambda: Random(1))
    _next: dict[str, float] = field(default_factory=dict)
    _attempts: list[_Attempt] = field(default_factory=list)

    def work(self) -> None:
        """Start what is due."""
        for schedule in self.account.schedules():
            self._plan(schedule)
        for attempt in [one for one in self._attempts if one.due <= self.now()]:
            self._attempts.remove(attempt)
            self._attempt(attempt)

    def _plan(self, schedule: Mapping[str, Any]) -> None:
        arn = schedule["Arn"]
        if schedule["State"] != "ENABLED":
            self._next.pop(arn, None)
            return
        expression, timezone = schedule["ScheduleExpression"], schedule.get("ScheduleExpressionTimezone", "UTC")
        if arn not in self._next:
            # Without a start date, a rate begins at once.
            at_once = expression.startswith("rate(")
            self._next[arn] = self.now() if at_once else next_after(expression, timezone, self.now()) or float("inf")
        while self._next[arn] <= self.now():
            due = self._next[arn]
            window = 60 * schedule["FlexibleTimeWindow"].get("MaximumWindowInMinutes", 0)
            self._attempts.append(
                _Attempt(due + self.chance.uniform(0, window or _PRECISION_SECONDS - 1), schedule, due)
            )
            self._next[arn] = next_after(expression, timezone, due) or float("inf")

    def _attempt(self, attempt: _Attempt) -> None:
        schedule, target = attempt.schedule, attempt.schedule["Target"]
        self._put(schedule, "InvocationAttemptCount")
        if self.account.may(target["RoleArn"], "lambda:InvokeFunction", target["Arn"]):
            event = {"source": "aws.scheduler", "detail-type": "Scheduled Event", "resources": [schedule["Arn"]]}
            self.functions.send(target["Arn"].rpartition(":")[2], event)
            return
        self._put(schedule, "TargetErrorCount")
        policy = target["RetryPolicy"]
        pause = _FIRST_PAUSE_SECONDS * 2**attempt.retries
        too_old = self.now() + pause - attempt.began > policy["MaximumEventAgeInSeconds"]
        if attempt.retries < policy["MaximumRetryAttempts"] and not too_old:
            self._attempts.append(_Attempt(self.now() + pause, schedule, attempt.began, attempt.retries + 1))
            return
        self._put(schedule, "InvocationDroppedCount")
        queue_arn = target["DeadLetterConfig"]["Arn"]
        if self.account.may(target["RoleArn"], "sqs:SendMessage", queue_arn):
            self.account.send(queue_arn.rpartition(":")[2], json.dumps({"schedule": schedule["Name"]}))
            self._put(schedule, "InvocationsSentToDeadLetterCount")
        else:
            self._put(schedule, "InvocationsFailedToBeSentToDeadLetterCount")

    def object_created(self, bucket: str, key: str) -> None:
        """Tell the rule of a new object, if it is enabled.

        An event that the rule has no permission to deliver is not tried again, and goes to the dead letters:
        https://docs.amazonaws.cn/en_us/eventbridge/latest/userguide/rule-dlq.html
        """
        events = self.account.client("events")
        for rule in events.list_rules()["Rules"]:
            if rule["State"] != "ENABLED":
                continue
            for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]:
                self._deliver(
                    rule, target, {"source": "aws.s3", "detail": {"bucket": {"name": bucket}, "object": {"key": key}}}
                )

    def _deliver(self, rule: Mapping[str, Any], target: Mapping[str, Any], event: Mapping[str, Any]) -> None:
        function = target["Arn"].rpartition(":")[2]
        if self.account.lets_service(
            self._function_policy(function), "events.amazonaws.com", "lambda:InvokeFunction", target["Arn"], rule["Arn"]
        ):
            self.functions.send(function, event)
            return
        queue_arn = target["DeadLetterConfig"]["Arn"]
        name = queue_arn.rpartition(":")[2]
        sqs = self.account.client("sqs")
        answer = sqs.get_queue_attributes(QueueUrl=self.account.queue_url(name), AttributeNames=["Policy"])
        policy = answer.get("Attributes", {}).get("Policy")
        dimensions = {"RuleName": rule["Name"]}
        self.metrics.put(Metric.of("AWS/Events", "FailedInvocations", dimensions), self.now(), 1)
        if self.account.lets_service(policy, "events.amazonaws.com", "sqs:SendMessage", queue_arn, rule["Arn"]):
            self.account.send(name, json.dumps(event))
        else:
            self.metrics.put(Metric.of("AWS/Events", "InvocationsFailedToBeSentToDlq", dimensions), self.now(), 1)

    def _function_policy(self, function: str) -> str | None:
        functions = self.account.client("lambda")
        try:
            return str(functions.get_policy(FunctionName=function)["Policy"])
        except functions.exceptions.ResourceNotFoundException:
            return None

    def _put(self, schedule: Mapping[str, Any], name: str) -> None:
        dimensions = {"ScheduleGroup": schedule["GroupName"]}
        self.metrics.put(Metric.of("AWS/Scheduler", name, dimensions), self.now(), 1)
