"""The AWS of an environment in this process: what was applied, on the virtual clock, with the local AWS's patches."""

import io
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import boto3
from moto import mock_aws
from moto.sqs.models import sqs_backends

from scripts.common.environments import Environment
from scripts.local.aws import backends, policy_document, policy_evaluation, snapshot
from scripts.local.aws.authorization import callers
from scripts.local.aws.authorization.required_permissions import Location
from scripts.local.aws.patches import registry
from scripts.local.cloudwatch.alarms import Alarm

_EVERY_KEY_IS_ABSENT = frozenset({"*"})


@dataclass(slots=True)
class Account:
    """The account of an environment: clients of its operator, and what its roles may do."""

    environment: Environment
    _clients: dict[str, Any] = field(default_factory=dict, init=False)
    _known: dict[str, Any] = field(default_factory=dict, init=False)

    def client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = boto3.client(service, region_name=self.environment.region)
        return self._clients[service]

    def known(self, what: str, look: Callable[[], Any]) -> Any:
        """What somebody has looked up since the last change of the account, which nobody but the test makes."""
        if what not in self._known:
            self._known[what] = look()
        return self._known[what]

    def changed(self) -> None:
        """Let everything be looked up again."""
        self._known.clear()

    def schedules(self) -> list[Mapping[str, Any]]:
        """Every schedule, as Scheduler gives it."""
        found: list[Mapping[str, Any]] = self.known("schedules", self._look_up_schedules)
        return found

    def _look_up_schedules(self) -> list[Mapping[str, Any]]:
        scheduler = self.client("scheduler")
        listed = scheduler.list_schedules()["Schedules"]
        return [scheduler.get_schedule(Name=one["Name"], GroupName=one["GroupName"]) for one in listed]

    @property
    def prefix(self) -> str:
        return f"csvbatch-{self.environment.name}"

    def queue_url(self, name: str) -> str:
        return f"https://sqs.{self.environment.region}.amazonaws.com/{self.environment.account_id}/{name}"

    def queue(self, name: str) -> Any:
        """A queue of the local AWS itself: to look at it does not count as using it."""
        return sqs_backends[self.environment.account_id][self.environment.region].queues[name]

    def queue_names(self) -> list[str]:
        return list(sqs_backends[self.environment.account_id][self.environment.region].queues)

    def send(self, queue_name: str, body: str) -> None:
        self.client("sqs").send_message(QueueUrl=self.queue_url(queue_name), MessageBody=body)

    def alarms(self) -> tuple[Alarm, ...]:
        """Every alarm as it was created."""
        pages = self.client("cloudwatch").get_paginator("describe_alarms").paginate()
        return tuple(Alarm.from_answer(one) for page in pages for one in page["MetricAlarms"])

    def may(self, role_arn: str, action: str, resource: str) -> bool:
        """Whether the policies of a role allow an action; a role that is gone may do nothing."""
        return bool(self.known(f"{role_arn} {action} {resource}", lambda: self._may(role_arn, action, resource)))

    def _may(self, role_arn: str, action: str, resource: str) -> bool:
        location = Location("aws", self.environment.region, self.environment.account_id)
        caller = callers.of_role(role_arn, location)
        context = policy_document.RequestContext(absent=_EVERY_KEY_IS_ABSENT)
        request = policy_document.Request(action, resource, caller.principal, context)
        return policy_evaluation.evaluate(policy_evaluation.Policies(caller.identity, caller.limits), request).allowed

    def lets_service(self, policy: str | None, service: str, action: str, resource: str, source_arn: str) -> bool:
        """Whether the policy of a resource lets a service of AWS act for one of our resources."""
        if not policy:
            return False
        values = {"aws:sourcearn": source_arn, "aws:sourceaccount": self.environment.account_id}
        context = policy_document.RequestContext({**values, "aws:securetransport": "true"}, _EVERY_KEY_IS_ABSENT)
        principal = policy_document.Principal(service=service)
        request = policy_document.Request(action, resource, principal, context)
        return policy_document.decide(json.loads(policy), request) is policy_document.Decision.ALLOW


@contextmanager
def loaded(environment: Environment, file: Path) -> Iterator[Account]:
    """Load what was applied to an environment, for the length of the block; no request leaves this process."""
    variables = {
        "MOTO_ACCOUNT_ID": environment.account_id,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": environment.region,
        "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
    }
    others = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MOTO_"))}
    with (
        mock.patch.dict(os.environ, {**others, **variables}, clear=True),
        registry.applied(registry.all_patches()),
        mock_aws(),
    ):
        content = io.BytesIO(file.read_bytes())
        snapshot.read_header(content)
        backends.restore(content)
        yield Account(environment)
