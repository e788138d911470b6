"""Calls that IAM must deny to a role, each with an operator's call that shows that nothing else prevents it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.integration.least_privilege.enforced import Dev

Parameters = Callable[[Dev], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Denial:
    """A call that IAM denies to a role that lacks `action`; `control` is the same call by the operator.

    `via` is the service that is called, where its call needs an action of another one.
    """

    title: str
    role: str
    action: str
    operation: str
    parameters: Parameters
    control: tuple[str, Parameters] | None = None
    via: str = ""

    def call(self, dev: Dev) -> Any:
        return getattr(dev.role(self.role, self.service), self.operation)(**self.parameters(dev))

    def call_of_operator(self, dev: Dev) -> Any:
        operation, parameters = self.control or (self.operation, self.parameters)
        return getattr(dev.operator(self.service), operation)(**parameters(dev))

    @property
    def service(self) -> str:
        return self.via or self.action.partition(":")[0]


def at(bucket: str, key: str, **more: Any) -> Parameters:
    return lambda dev: {"Bucket": dev.bucket(bucket), "Key": key, **more}


def version(key: str, **more: Any) -> Parameters:
    return lambda dev: {"Bucket": dev.bucket("data"), "Key": key, "VersionId": dev.versions[key], **more}


def bucket(name: str, **more: Any) -> Parameters:
    return lambda dev: {"Bucket": dev.bucket(name), **more}


def queue(name: str, **more: Any) -> Parameters:
    return lambda dev: {"QueueUrl": dev.queue_url(name), **more}


def secret(name: str | None = None, **more: Any) -> Parameters:
    return lambda dev: {"SecretId": name or dev.secret_arn, **more}


def key(**more: Any) -> Parameters:
    return lambda dev: {"KeyId": dev.key_arn, **more}


def tags(**tags: str) -> dict[str, Any]:
    return {"TagSet": [{"Key": name, "Value": value} for name, value in tags.items()]}
