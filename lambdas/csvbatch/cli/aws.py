"""Connects a command to AWS, and shows which account and endpoint it uses."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from csvbatch.cli.problems import CommandError, UsageError
from csvbatch.cli.terminal import say

_THIS_MACHINE = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True, slots=True)
class Aws:
    """A region of an account."""

    region: str

    def client(self, service: str) -> Any:
        """Give a client of one service."""
        from csvbatch.aws.clients import client

        made = client(service, self.region)
        _require_asked_for(made.meta.endpoint_url, os.environ)
        return made


@cache
def aws() -> Aws:
    """Give the AWS of this shell's credentials; shows account and endpoint on standard error."""
    with translated():
        import boto3

        region = os.environ.get("AWS_REGION") or boto3.Session().region_name
        if not region:
            raise UsageError("No AWS region is set: set AWS_REGION.")
        found = Aws(region)
        identity = found.client("sts")
        account = identity.get_caller_identity()["Account"]
    endpoint = os.environ.get("AWS_ENDPOINT_URL") or identity.meta.endpoint_url
    say(f"AWS account {account}, region {region}, endpoint {endpoint}")
    return found


@contextmanager
def translated() -> Iterator[None]:
    """Reduce errors of AWS to their codes, because their texts may quote the request."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        raise CommandError(
            f"AWS refused {error.operation_name} ({code}): check the given name and the caller's permissions."
        ) from None
    except BotoCoreError as error:
        raise CommandError(
            f"AWS cannot be reached ({type(error).__name__}): check credentials, region and AWS_ENDPOINT_URL."
        ) from None


def _require_asked_for(endpoint: str, variables: Mapping[str, str]) -> None:
    if variables.get("CSVBATCH_AWS") == "local" and urlsplit(endpoint).hostname not in _THIS_MACHINE:
        raise UsageError(
            f"CSVBATCH_AWS is local, but the endpoint is {endpoint}: export all variables of the local AWS, "
            "or unset CSVBATCH_AWS."
        )
