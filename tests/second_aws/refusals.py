"""Requests that AWS refuses, sent to both."""

import urllib.request
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from scripts.common.environments import Environment
from scripts.local.aws.environment import ACCESS_KEY_ID, SECRET_ACCESS_KEY, Endpoint
from scripts.local.aws.server import LocalAws
from tests.integration.local.aws.refused_requests import REQUESTS, Refused
from tests.integration.local.aws.served import ACCOUNT_ID, REGION, Aws, refusal
from tests.second_aws.differences import Difference
from tests.second_aws.server import Ministack, opener, running

ACCEPTED = "accepted"
_RESET = "/_ministack/reset"
_LIMIT_SECONDS = 60


def compared(folder: Path) -> Iterator[Difference]:
    """Every request that the two refuse differently.

    Each request finds both empty. Both have the account that the requests name: a role of another account is refused
    for that alone.
    """
    place = Environment("refusals", ACCOUNT_ID, REGION)
    with (
        LocalAws(place.name, place.account_id, place.region) as ours,
        running(place, folder) as ministack,
    ):
        clients = [_clients(one.endpoint) for one in (ours, ministack)]
        for request in REQUESTS:
            ours.restore(None)
            _reset(ministack)
            mine, other = (_answer(request, *both) for both in clients)
            if mine != other:
                yield Difference("refusal", str(request), mine, other)


def _answer(request: Refused, aws: Aws, unchecked: Aws) -> str:
    made = request.prepare(aws)
    call: Callable[[], object] = partial(request.call, unchecked(request.service), made)
    return refusal(call) or ACCEPTED


def _reset(ministack: Ministack) -> None:
    request = urllib.request.Request(ministack.endpoint.url + _RESET, method="POST", data=b"")
    with opener(ministack.endpoint).open(request, timeout=_LIMIT_SECONDS) as answer:
        answer.read()


def _clients(endpoint: Endpoint) -> tuple[Aws, Aws]:
    """Those that prepare, and those that send a request as it is, without botocore's own checks."""
    checked, unchecked = (cache(partial(_client, endpoint, validated)) for validated in (True, False))
    return checked, unchecked


def _client(endpoint: Endpoint, validated: bool, service: str) -> Any:
    return boto3.client(
        service,
        endpoint_url=endpoint.url,
        region_name=endpoint.region,
        aws_access_key_id=ACCESS_KEY_ID,
        aws_secret_access_key=SECRET_ACCESS_KEY,
        verify=str(endpoint.ca_bundle),
        config=Config(retries={"total_max_attempts": 1}, parameter_validation=validated),
    )
