"""Clients of the local AWS for the runtime, which cannot reach anything else."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import boto3
from botocore.config import Config

from scripts.local.aws import environment
from scripts.local.aws.environment import Endpoint

_CONFIG = Config(
    # A missing server refuses at once; on a busy machine the handshake takes seconds.
    connect_timeout=60,
    read_timeout=60,
    retries={"mode": "standard", "total_max_attempts": 3},
    # Empty, not missing: without this setting botocore uses the proxy of the environment even for loopback.
    proxies={},
)
_SESSION_NAME = "local-runtime"


@dataclass(slots=True)
class Aws:
    """One local AWS. Clients are created once, and are safe for threads."""

    endpoint: Endpoint
    _clients: dict[str, Any] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def client(self, service: str) -> Any:
        """A client with the operator credentials of the local AWS."""
        if service not in self._clients:
            keys = {
                "aws_access_key_id": environment.ACCESS_KEY_ID,
                "aws_secret_access_key": environment.SECRET_ACCESS_KEY,
            }
            self._clients[service] = self._new_client(service, keys)
        return self._clients[service]

    def client_of_role(self, service: str, role_arn: str, source_arn: str) -> Any:
        """A client that acts as Lambda with a function's role; see `variables_of_role`."""
        name = f"{service} {role_arn} {source_arn}"
        if name not in self._clients:
            given = self._credentials_of_role(role_arn, source_arn)
            self._clients[name] = self._new_client(service, {key.lower(): value for key, value in given.items()})
        return self._clients[name]

    def variables_of_role(self, role_arn: str, source_arn: str) -> Mapping[str, str]:
        """The variables that point a process at the local AWS, with credentials of a role.

        Lambda assumes the role, for the function or event source mapping with this ARN.
        """
        return {**environment.settings(self.endpoint, {}), **self._credentials_of_role(role_arn, source_arn)}

    def _credentials_of_role(self, role_arn: str, source_arn: str) -> Mapping[str, str]:
        with self._lock:
            sts = self.client("sts")
            for_lambda = partial(_act_as_lambda, source_arn)
            sts.meta.events.register_first("before-sign.sts.AssumeRole", for_lambda)
            try:
                answer = sts.assume_role(RoleArn=role_arn, RoleSessionName=_SESSION_NAME)
            finally:
                sts.meta.events.unregister("before-sign.sts.AssumeRole", for_lambda)
        credentials = answer["Credentials"]
        return {
            "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
            "AWS_SESSION_TOKEN": credentials["SessionToken"],
        }

    def _new_client(self, service: str, keys: Mapping[str, str]) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.endpoint.url,
            region_name=self.endpoint.region,
            verify=str(self.endpoint.ca_bundle),
            config=_CONFIG,
            **keys,
        )


def _act_as_lambda(source_arn: str, request: Any, **_: Any) -> None:
    request.headers[environment.SERVICE_HEADER] = "lambda.amazonaws.com"
    request.headers[environment.SOURCE_HEADER] = source_arn
