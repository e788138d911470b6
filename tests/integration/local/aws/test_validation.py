"""What AWS refuses, the local AWS refuses with AWS's code; plain moto takes most of it."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.core.utils import get_service_model

from scripts.local.aws.patches.registry import Patch, all_patches
from scripts.local.aws.validation.error_codes import USUAL
from tests.integration.local.aws.refused_requests import REFUSED_BY_MOTO, REQUESTS, Refused
from tests.integration.local.aws.served import REGION, Aws, Served, refusal


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


@pytest.mark.parametrize("service", ["lambda", "logs", "sns", "scheduler"])
def test_the_code_for_wrong_values_stands_in_the_service_model(service: str) -> None:
    shapes = get_service_model(service).error_shapes
    codes = {shape.metadata.get("error", {}).get("code", shape.name) for shape in shapes}

    assert USUAL[service].code in codes


def test_a_tag_key_is_reserved_in_any_case_of_letters(served: Served) -> None:
    def tagged(aws: Aws) -> str:
        vpc = aws("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        return refusal(lambda: aws("ec2").create_tags(Resources=[vpc], Tags=[{"Key": "AWS:mine", "Value": "x"}]))

    assert served.run(all_patches(), tagged) == "InvalidParameterValue"


def test_white_space_of_a_bucket_policy_does_not_count(served: Served) -> None:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket-x/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]}) + " " * 21_000

    def put(aws: Aws) -> str:
        aws("s3").create_bucket(Bucket="bucket-x", CreateBucketConfiguration={"LocationConstraint": REGION})
        return refusal(lambda: aws("s3").put_bucket_policy(Bucket="bucket-x", Policy=policy))

    assert served.run(all_patches(), put) == ""
