"""The account that an environment is in, reached with the caller's credentials and no others."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from scripts.account.names import Names, names
from scripts.common.environments import Environment

FUNCTION_SECONDS = 900
"""The longest a function may run: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html."""

_PATIENT = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 3})

# A client that stops waiting would invoke the function again, beside the first run, which goes on:
# https://repost.aws/knowledge-center/lambda-function-retry-timeout-sdk
_INVOKING = Config(
    connect_timeout=5,
    read_timeout=FUNCTION_SECONDS + 60,
    retries={"mode": "standard", "total_max_attempts": 1},
    tcp_keepalive=True,
)


class AccountError(Exception):
    """The account cannot be used for this environment; the message says why and what to do."""


@dataclass(slots=True)
class Account:
    """The account of an environment, and clients of its services."""

    environment: Environment
    names: Names
    partition: str
    endpoint: str
    _session: Any
    _clients: dict[str, Any] = field(default_factory=dict, init=False)

    def __str__(self) -> str:
        """Say what is about to be asked, for a person to check."""
        return f"{self.environment.name}, account {self.environment.account_id}, endpoint {self.endpoint}"

    def client(self, service: str) -> Any:
        """A client of one service in the environment's region."""
        if service not in self._clients:
            self._clients[service] = _client(self._session, service, self.environment.region, _PATIENT)
        return self._clients[service]

    def invoker(self) -> Any:
        """A client of Lambda that waits as long as a function may run, and never asks twice."""
        return _client(self._session, "lambda", self.environment.region, _INVOKING)

    def arn(self, service: str, name: str) -> str:
        """The ARN of something in this account and region."""
        return f"arn:{self.partition}:{service}:{self.environment.region}:{self.environment.account_id}:{name}"


def connect(environment: Environment, variables: Mapping[str, str] = os.environ) -> Account:
    """Find out whose credentials these are; raises AccountError where they are not of the environment's account.

    Nothing else is asked before: neither is a local AWS taken for the real one, nor one account for another.
    """
    session = called(boto3.Session)
    sts = _client(session, "sts", environment.region, _PATIENT)
    endpoint = str(sts.meta.endpoint_url)
    if variables.get("CSVBATCH_AWS") == "local" and urlsplit(endpoint).hostname not in {"127.0.0.1", "localhost"}:
        raise AccountError(
            f"CSVBATCH_AWS asks for the local AWS, but {endpoint} would answer: use the whole environment of the "
            f'local AWS (eval "$(local-aws env {environment.name})"), or unset CSVBATCH_AWS'
        )
    identity = called(sts.get_caller_identity)
    if identity["Account"] != environment.account_id:
        raise AccountError(
            f"these credentials belong to account {identity['Account']}, and {environment.name} is account "
            f"{environment.account_id} (live/{environment.name}/env.hcl): sign in to that account, or correct the file"
        )
    partition = str(identity["Arn"]).split(":")[1]
    return Account(environment, names(environment), partition, endpoint, session)


def called[Answer](call: Callable[..., Answer], *arguments: Any, **named: Any) -> Answer:
    """Call AWS; what fails raises AccountError with a code and what to do."""
    try:
        return call(*arguments, **named)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        raise AccountError(f"{error.operation_name} was refused ({code}): see the caller's permissions") from None
    except (BotoCoreError, ValueError) as error:
        raise AccountError(
            f"AWS cannot be reached ({type(error).__name__}): check credentials, region and AWS_ENDPOINT_URL"
        ) from None


def _client(session: Any, service: str, region: str, config: Config) -> Any:
    return called(session.client, service, region_name=region, config=config)
