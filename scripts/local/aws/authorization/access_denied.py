"""The responses to requests that IAM denies."""

from http import HTTPStatus

from flask import Request
from werkzeug.wrappers import Response

from scripts.local.aws.error_response import error_response


def denied(service: str, request: Request, reason: str) -> Response:
    """The response to a known caller without permission."""
    code = "UnauthorizedOperation" if service == "ec2" else "AccessDenied"
    return error_response(service, request, code, reason, HTTPStatus.FORBIDDEN)


def unknown_caller(service: str, request: Request) -> Response:
    """The response to a request that no known credentials signed."""
    code = {"s3": "InvalidAccessKeyId", "ec2": "AuthFailure"}.get(service, "InvalidClientTokenId")
    reason = "unknown credentials: this local AWS enforces IAM and knows only its own and those of sts:AssumeRole"
    return error_response(service, request, code, reason, HTTPStatus.FORBIDDEN)
