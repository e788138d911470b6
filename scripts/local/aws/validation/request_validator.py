"""Refuses what AWS would refuse, with AWS's error code, before moto handles the request."""

import logging
from collections.abc import Iterator
from http import HTTPStatus

from flask import request
from werkzeug.wrappers import Response

from scripts.local.aws.error_response import error_response
from scripts.local.aws.operation_call import OperationCall, current_call
from scripts.local.aws.validation import against_state, documented, resource_schemas, shapes
from scripts.local.aws.validation.shapes import Violation

log = logging.getLogger(__name__)

INVALID = {
    "cloudwatch": "ValidationError",
    "ec2": "InvalidParameterValue",
    "iam": "ValidationError",
    "lambda": "InvalidParameterValueException",
    "logs": "InvalidParameterException",
    "s3": "InvalidArgument",
    "secretsmanager": "InvalidParameterException",
    "sns": "InvalidParameter",
    "sqs": "InvalidParameterValue",
    "sts": "ValidationError",
}
"""The code each service answers a wrong value with; `ValidationException` where none stands here.

In botocore's service models, which are AWS's own: Lambda, CloudWatch Logs, Secrets Manager, SNS, EventBridge Scheduler.
On pages of AWS: EC2 (https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-errors.html), S3
(https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html), SQS
(https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/Query_QueryErrors.html).
In answers of AWS that users report: CloudWatch (https://github.com/ansible/ansible/issues/29694), EventBridge
(https://github.com/buildkite/buildkite-agent-scaler/pull/100).
From no owner's word: IAM, STS, KMS and DynamoDB.
"""

_MODEL_CODES = {"lambda": "ValidationException"}
"""Lambda checks its model before its own rules, with another code: https://github.com/highsource/bitcoin-a-day/issues/1."""

_MISSING = {"ec2": "MissingParameter", "sqs": "MissingParameter", "cloudwatch": "MissingParameter"}
"""For EC2 and SQS on the pages above; for CloudWatch from no owner's word."""

_BY_MEMBER = {
    # https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
    ("s3", "Bucket"): "InvalidBucketName",
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketTagging.html
    ("s3", "Tagging.TagSet"): "InvalidTag",
    # "A queue attribute value is invalid": service model of SQS.
    ("sqs", "Attributes"): "InvalidAttributeValue",
}


def validate(backend: str) -> Response | None:
    """Check the current request against every rule; the error response, or None if it is valid."""
    call = current_call(backend)
    if call is None or call.operation.input_shape is None:
        return None
    found = next(violations(call), None)
    if found is None:
        return None
    page = f" ({found.source})" if found.source else ""
    text = f"1 validation error detected: Value at '{found.member}' failed to satisfy constraint: {found.rule}{page}"
    log.info("refused as AWS would: %s %s", call.name, found.member)
    code = code_of(call, found)
    return error_response(call.service, request, code, text, status_of(call, code))


def violations(call: OperationCall) -> Iterator[Violation]:
    """Every rule that a call breaks: of the service model, the resource schema, and AWS's pages."""
    yield from shapes.violations(call.operation.input_shape, call.parameters)
    yield from resource_schemas.violations(call)
    yield from documented.violations(call)
    yield from against_state.violations(call)


def code_of(call: OperationCall, found: Violation) -> str:
    """The error code that the service answers this violation with."""
    usual = INVALID.get(call.service, "ValidationException")
    if found.code:
        return found.code
    if found.is_missing:
        return _MISSING.get(call.service, usual)
    top = found.member.partition("[")[0]
    for member in (top, top.partition(".")[0]):
        if code := _BY_MEMBER.get((call.service, member)):
            return code
    if call.service == "s3" and not found.source and _is_in_body(call, top.partition(".")[0]):
        # https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
        return "MalformedXML"
    return usual if found.source else _MODEL_CODES.get(call.service, usual)


def _is_in_body(call: OperationCall, member: str) -> bool:
    """Whether a member of the request is sent in its body, and not in the address or a header."""
    shape = call.operation.input_shape.members.get(member)
    return shape is not None and "location" not in shape.serialization


def status_of(call: OperationCall, code: str) -> int:
    """The HTTP status that the service model states for an error code of the operation, else 400."""
    for shape in call.operation.error_shapes:
        error = shape.metadata.get("error", {})
        if error.get("code", shape.name) == code:
            return int(error.get("httpStatusCode", HTTPStatus.BAD_REQUEST))
    return HTTPStatus.BAD_REQUEST
