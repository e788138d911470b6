"""What AWS refuses, the local AWS refuses with AWS's code; plain moto takes most of it."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.core.utils import get_service_model

from scripts.local.aws.patches.registry import Patch, all_patches
from scripts.local.aws.validation.request_validator import INVALID
from tests.integration.local.aws.refused_requests import REFUSED_BY_MOTO, REQUESTS, Refused
from tests.integration.local.aws.served import Aws, Served, refusal


def _answer(served: Served, refused: Refused, patches: list[Patch], *, validates: bool) -> str:
    """The error code; botocore's own checks are off, so that the request is sent as it is."""

    def probe(aws: Aws) -> str:
        made = refused.prepare(aws)
        return refusal(lambda: refused.call(served.unchecked_client(refused.service), made))

    return served.run(patches, probe, validates=validates)


@pytest.mark.parametrize("refused", REQUESTS, ids=str)
def test_a_request_that_aws_refuses_is_refused_with_its_code(served: Served, refused: Refused) -> None:
    assert _answer(served, refused, list(all_patches()), validates=True) == refused.code


@pytest.mark.parametrize("refused", REQUESTS, ids=str)
def test_plain_moto_takes_it_unless_listed(served: Served, refused: Refused) -> None:
    assert bool(_answer(served, refused, [], validates=False)) == (str(refused) in REFUSED_BY_MOTO)


def test_there_are_at_least_sixty() -> None:
    assert len({str(refused) for refused in REQUESTS}) == len(REQUESTS) >= 60


def test_the_status_is_the_one_of_the_service_model(served: Served) -> None:
    def too_large(aws: Aws) -> Any:
        policy = {"Version": "2012-10-17", "Statement": [{"Sid": "x" * 6144, "Effect": "Allow", "Action": "*"}]}
        with pytest.raises(ClientError) as refused:
            aws("iam").create_policy(PolicyName="large", PolicyDocument=json.dumps(policy))
        return refused.value.response["ResponseMetadata"]["HTTPStatusCode"]

    assert served.run(all_patches(), too_large) == 409


@pytest.mark.parametrize("service", ["lambda", "logs", "secretsmanager", "sns", "scheduler"])
def test_the_code_for_wrong_values_stands_in_the_service_model(service: str) -> None:
    shapes = get_service_model(service).error_shapes
    codes = {shape.metadata.get("error", {}).get("code", shape.name) for shape in shapes}

    assert INVALID.get(service, "ValidationException") in codes
