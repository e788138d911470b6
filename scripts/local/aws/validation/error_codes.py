"""The error code that each service answers a violation with, and where AWS says so.

A source is a page of AWS, or an answer of AWS that a user reports word for word. Not confirmed by either:

- the code of S3 for a bucket policy that is too long (`documented.py`)
- the codes for tags of services other than EC2 and S3
- that Lambda names GetQueueAttributes as it names the other two actions on a queue (`against_state.py`)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from scripts.local.aws.operation_call import OperationCall
from scripts.local.aws.validation.shapes import Violation


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """A code, and the page or answer it stands in."""

    code: str
    source: str


_GITHUB = "https://github.com/"
_EC2_PAGE = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"
_S3_PAGE = "https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"

USUAL: Mapping[str, ErrorCode] = {
    "cloudwatch": ErrorCode("ValidationError", _GITHUB + "hashicorp/terraform/issues/24070"),
    "dynamodb": ErrorCode("ValidationException", _GITHUB + "aws/aws-cli/issues/790"),
    "ec2": ErrorCode("InvalidParameterValue", _EC2_PAGE),
    "events": ErrorCode("ValidationException", _GITHUB + "awslabs/aws-service-catalog-factory/issues/53"),
    "iam": ErrorCode("ValidationError", _GITHUB + "serverless/examples/issues/405"),
    "kms": ErrorCode("ValidationException", _GITHUB + "aws-controllers-k8s/community/issues/1878"),
    "lambda": ErrorCode("InvalidParameterValueException", _GITHUB + "winglang/wing/issues/1507"),
    "logs": ErrorCode("InvalidParameterException", _GITHUB + "awslabs/aws-embedded-metrics-java/issues/65"),
    "s3": ErrorCode("InvalidArgument", _S3_PAGE),
    "scheduler": ErrorCode("ValidationException", _GITHUB + "localstack/localstack/issues/9284"),
    "secretsmanager": ErrorCode("ValidationException", _GITHUB + "hashicorp/terraform-provider-aws/issues/39406"),
    "sns": ErrorCode(
        "InvalidParameter", _GITHUB + "aws-solutions/cognito-user-profiles-export-reference-architecture/issues/7"
    ),
    "sqs": ErrorCode("InvalidParameterValue", _GITHUB + "aws/aws-sdk-java/issues/197"),
    "sts": ErrorCode("ValidationError", _GITHUB + "getmoto/moto/issues/9218"),
}
"""For a value that is wrong."""

IN_MODEL: Mapping[str, ErrorCode] = {
    "lambda": ErrorCode("ValidationException", _GITHUB + "aarondfrancis/sidecar/issues/147"),
}
"""For a value that breaks the service model, where that is another code than for the service's own rules."""

IN_BODY: Mapping[str, ErrorCode] = {"s3": ErrorCode("MalformedXML", _GITHUB + "aws/aws-sdk-java/issues/376")}
"""For a value in a body that a service checks against a schema."""

MISSING: Mapping[str, ErrorCode] = {
    "ec2": ErrorCode("MissingParameter", _EC2_PAGE),
    "sqs": ErrorCode("MissingParameter", _GITHUB + "php-enqueue/sqs/issues/2"),
}
"""For a member that is missing; the others answer it as a wrong value, for example CloudWatch
(https://github.com/hashicorp/terraform-provider-aws/pull/11105)."""

BY_MEMBER: Mapping[tuple[str, str], ErrorCode] = {
    ("s3", "Bucket"): ErrorCode("InvalidBucketName", _S3_PAGE),
    ("s3", "Tagging.TagSet"): ErrorCode("InvalidTag", _GITHUB + "alphagov/govuk-infrastructure/pull/1175"),
    ("sqs", "Attributes"): ErrorCode("InvalidAttributeValue", _GITHUB + "apache/airflow/issues/65592"),
    ("sqs", "Attributes.RedrivePolicy"): ErrorCode(
        "InvalidParameterValue", _GITHUB + "ansible-collections/community.aws/issues/2321"
    ),
}
"""For a member, or all below it, that has another code than its service."""


def code_of(call: OperationCall, found: Violation) -> str:
    """The error code that the service answers this violation with."""
    if found.code:
        return found.code
    usual = USUAL[call.service].code if call.service in USUAL else "ValidationException"
    if found.is_missing and call.service in MISSING:
        return MISSING[call.service].code
    top = found.member.partition("[")[0]
    for member in (top, top.partition(".")[0]):
        if row := BY_MEMBER.get((call.service, member)):
            return row.code
    if found.source:
        return usual
    if call.service in IN_BODY and _is_in_body(call, top):
        return IN_BODY[call.service].code
    return IN_MODEL[call.service].code if call.service in IN_MODEL else usual


def status_of(call: OperationCall, code: str) -> int:
    """The HTTP status that the service model states for an error code of the operation, else 400."""
    for shape in call.operation.error_shapes:
        error = shape.metadata.get("error", {})
        if error.get("code", shape.name) == code:
            return int(error.get("httpStatusCode", HTTPStatus.BAD_REQUEST))
    return HTTPStatus.BAD_REQUEST


def _is_in_body(call: OperationCall, member: str) -> bool:
    """Whether a member is sent in the body, and not in the address or a header."""
    shape = call.operation.input_shape.members.get(member.partition(".")[0])
    return shape is not None and "location" not in shape.serialization
