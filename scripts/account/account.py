"""The account that an environment is in, reached with the caller's credentials and no others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from scripts.account.names import Names, names
from scripts.common.aws_target import require_local
from scripts.common.environments import Environment
from scripts.common.errors import UserError

FUNCTION_SECONDS = 900
"""The longest a function may run: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html."""

_PATIENT = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 3})

# A client that stops waiting would invoke the function a second time, while the first run goes on:
# https://repost.aws/knowledge-center/lambda-function-retry-timeout-sdk
_INVOKING = Config(
    connect_timeout=5,
    read_timeout=FUNCTION_SECONDS + 60,
    retries={"mode": "standard", "total_max_attempts": 1},
    tcp_keepalive=True,
)


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
        """Which AWS is about to be asked, for a person to check."""
        return f"{self.environment.name}, account {self.environment.account_id}, endpoint {self.endpoint}"

    def client(self, service: str) -> Any:
        """A client of one service in the environment's region."""
        if service not in self._clients:
            self._clients[service] = client(self._session, service, self.environment.region)
        return self._clients[service]

    def invoker(self) -> Any:
        """A client of Lambda that waits as long as a function may run, and never asks twice."""
        return client(self._session, "lambda", self.environment.region, _INVOKING)

    def arn(self, service: str, name: str) -> str:
        """The ARN of something in this account and region."""
        return f"arn:{self.partition}:{service}:{self.environment.region}:{self.environment.account_id}:{name}"


def connect(environment: Environment) -> Account:
    """Find out whose credentials these are; raises UserError where they do not belong to the environment's account.

    No other request is sent before, so that neither a real AWS is taken for the local one, nor one account for another.
    """
    session = called(boto3.Session)
    sts = client(session, "sts", environment.region)
    identity = called(sts.get_caller_identity)
    if identity["Account"] != environment.account_id:
        raise UserError(
            f"Wrong account: these credentials belong to account {identity['Account']}, and {environment.name} is "
            f"account {environment.account_id} (live/{environment.name}/env.hcl). Nothing was read or changed."
        )
    partition = str(identity["Arn"]).split(":")[1]
    return Account(environment, names(environment), partition, str(sts.meta.endpoint_url), session)


def client(session: Any, service: str, region: str, config: Config = _PATIENT) -> Any:
    """A client of one service; raises UserError where the local AWS is meant and another one would answer."""
    made = called(session.client, service, region_name=region, config=config)
    require_local(str(made.meta.endpoint_url))
    return made


def called[Answer](
    call: Callable[..., Answer], *arguments: Any, advice: Mapping[str, str] | None = None, **named: Any
) -> Answer:
    """Call AWS; raises UserError with the error's code and what to do.

    AWS's own text is left out, since it may quote the request. `advice` says what to do for a code.
    """
    try:
        return call(*arguments, **named)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        todo = (advice or {}).get(code, "check the caller's permissions, and look the code up in the API reference")
        raise UserError(f"{error.operation_name} was refused ({code}): {todo}.") from None
    except (BotoCoreError, ValueError) as error:
        raise UserError(
            f"AWS cannot be reached ({type(error).__name__}): check credentials, region and AWS_ENDPOINT_URL."
        ) from None
