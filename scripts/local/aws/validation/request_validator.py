"""Answers a request that AWS would refuse, with AWS's error code, before moto sees it."""

import logging
from collections.abc import Iterator
from http import HTTPStatus

from flask import Response, request

from scripts.local.aws.authorization import access_denied
from scripts.local.aws.validation import against_state, documented, requests, resource_schemas, shapes
from scripts.local.aws.validation.requests import OperationCall
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
"""The code each service answers a wrong value with; `ValidationException` where none stands here."""

_MODEL_CODES = {"lambda": "ValidationException"}
"""Lambda checks the constraints of its model before its own rules, and says so by another code."""

_MISSING = {"ec2": "MissingParameter", "sqs": "MissingParameter", "cloudwatch": "MissingParameter"}
_OTHER_CODES = {
    ("iam", "AssumeRolePolicyDocument"): "LimitExceeded",
    ("iam", "PolicyDocument"): "LimitExceeded",
    ("s3", "Bucket"): "InvalidBucketName",
    ("s3", "Policy"): "PolicyTooLarge",
    ("s3", "Tagging.TagSet"): "InvalidTag",
    ("sqs", "Attributes"): "InvalidAttributeValue",
}


def validate(backend: str) -> Response | None:
    """Compare the current request with every rule; None lets it through."""
    call = requests.current_call(backend)
    if call is None or call.operation.input_shape is None:
        return None
    found = next(violations(call), None)
    if found is None:
        return None
    page = f" ({found.source})" if found.source else ""
    text = f"1 validation error detected: Value at '{found.member}' failed to satisfy constraint: {found.rule}{page}"
    log.info("refused as AWS would: %s %s", call.name, found.member)
    return access_denied.answer(call.service, request, code_of(call, found), text, HTTPStatus.BAD_REQUEST)


def violations(call: OperationCall) -> Iterator[Violation]:
    """Every rule a call breaks: of the service's model, of the resource's schema, and of AWS's pages."""
    yield from shapes.violations(call.operation.input_shape, call.parameters)
    yield from resource_schemas.violations(call)
    yield from documented.violations(call)
    yield from against_state.violations(call)


def code_of(call: OperationCall, found: Violation) -> str:
    """The error code that the service answers this violation with."""
    if found.is_missing:
        return _MISSING.get(call.service, INVALID.get(call.service, "ValidationException"))
    top = found.member.partition("[")[0]
    for member in (top, top.partition(".")[0]):
        if code := _OTHER_CODES.get((call.service, member)):
            return code
    if not found.source and call.service in _MODEL_CODES:
        return _MODEL_CODES[call.service]
    return INVALID.get(call.service, "ValidationException")
