"""Requests that AWS refuses, sent to both."""

import urllib.request
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from scripts.local.aws.environment import ACCESS_KEY_ID, SECRET_ACCESS_KEY, Endpoint
from scripts.local.aws.patches.registry import all_patches
from tests.integration.local.aws.refused_requests import REQUESTS, Refused
from tests.integration.local.aws.served import Aws, Served, refusal
from tests.second_aws.differences import Difference
from tests.second_aws.server import Ministack, opener

ACCEPTED = "accepted"
_RESET = "/_ministack/reset"
_LIMIT_SECONDS = 60


def compared(ministack: Ministack, folder: Path) -> list[Difference]:
    """Every request that the two refuse differently; deletes all that MiniStack holds."""
    ours = Served(folder)
    ours.start()
    try:
        return list(_compared(ours, ministack))
    finally:
        ours.stop()


def _compared(ours: Served, ministack: Ministack) -> Iterator[Difference]:
    checked = cache(partial(_client, ministack.endpoint, parameter_validation=True))
    unchecked = cache(partial(_client, ministack.endpoint, parameter_validation=False))
    for request in REQUESTS:
        mine = ours.run(all_patches(), partial(_answer, request, ours.unchecked_client))
        _reset(ministack)
        other = _answer(request, unchecked, checked)
        if mine != other:
            yield Difference("refusal", str(request), mine, other)


def _answer(request: Refused, unchecked: Aws, aws: Aws) -> str:
    made = request.prepare(aws)
    call: Callable[[], object] = partial(request.call, unchecked(request.service), made)
    return refusal(call) or ACCEPTED


def _reset(ministack: Ministack) -> None:
    request = urllib.request.Request(ministack.endpoint.url + _RESET, method="POST", data=b"")
    with opener(ministack.endpoint).open(request, timeout=_LIMIT_SECONDS) as answer:
        answer.read()


def _client(endpoint: Endpoint, service: str, *, parameter_validation: bool) -> Any:
    return boto3.client(
        service,
        endpoint_url=endpoint.url,
        region_name=endpoint.region,
        aws_access_key_id=ACCESS_KEY_ID,
        aws_secret_access_key=SECRET_ACCESS_KEY,
        verify=str(endpoint.ca_bundle),
        config=Config(retries={"total_max_attempts": 1}, parameter_validation=parameter_validation),
    )
