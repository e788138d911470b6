"""The answers to calls that IAM refuses, each in the form that the caller's SDK reads."""

import json
from xml.sax.saxutils import escape

from flask import Request, Response

_FORBIDDEN = 403
_ONCE_SPOKE_XML = ("monitoring", "sqs")


def denied(service: str, request: Request, reason: str) -> Response:
    """The caller is known and may not do this."""
    return _answer(service, request, "UnauthorizedOperation" if service == "ec2" else "AccessDenied", reason)


def unknown_caller(service: str, request: Request) -> Response:
    """Nobody known signed the request."""
    code = {"s3": "InvalidAccessKeyId", "ec2": "AuthFailure"}.get(service, "InvalidClientTokenId")
    return _answer(
        service,
        request,
        code,
        "this local AWS enforces IAM and knows its own credentials and those of sts:AssumeRole, not the ones given",
    )


def _answer(service: str, request: Request, code: str, reason: str) -> Response:
    if service == "s3":
        return _xml(f"<Error><Code>{code}</Code><Message>{escape(reason)}</Message></Error>")
    if service == "ec2":
        return _xml(
            f"<Response><Errors><Error><Code>{code}</Code><Message>{escape(reason)}</Message></Error></Errors></Response>"
        )
    if request.mimetype == "application/x-www-form-urlencoded":
        return _xml(
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>"
            f"<Message>{escape(reason)}</Message></Error></ErrorResponse>"
        )
    # The services that speak JSON call it an exception; those that once spoke XML say the old name in a header.
    kind = f"{code}Exception" if code == "AccessDenied" else code
    answer = Response(json.dumps({"__type": kind, "message": reason}), _FORBIDDEN, content_type="application/json")
    answer.headers["x-amzn-ErrorType"] = kind
    if service in _ONCE_SPOKE_XML:
        answer.headers["x-amzn-query-error"] = f"{code};Sender"
    return answer


def _xml(text: str) -> Response:
    return Response(text, _FORBIDDEN, content_type="text/xml")
