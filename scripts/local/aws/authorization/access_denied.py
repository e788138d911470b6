"""The answers to calls that are refused, each in the form that the caller's SDK reads."""

import json
from xml.sax.saxutils import escape

from flask import Request, Response

_FORBIDDEN = 403
_ONCE_SPOKE_XML = ("monitoring", "sqs")


def denied(service: str, request: Request, reason: str) -> Response:
    """The caller is known and may not do this."""
    return answer(service, request, "UnauthorizedOperation" if service == "ec2" else "AccessDenied", reason)


def unknown_caller(service: str, request: Request) -> Response:
    """Nobody known signed the request."""
    code = {"s3": "InvalidAccessKeyId", "ec2": "AuthFailure"}.get(service, "InvalidClientTokenId")
    return answer(
        service,
        request,
        code,
        "this local AWS enforces IAM and knows its own credentials and those of sts:AssumeRole, not the ones given",
    )


def answer(service: str, request: Request, code: str, reason: str, status: int = _FORBIDDEN) -> Response:
    """Render an error of a service."""
    if service == "s3":
        return _xml(f"<Error><Code>{code}</Code><Message>{escape(reason)}</Message></Error>", status)
    if service == "ec2":
        return _xml(
            f"<Response><Errors><Error><Code>{code}</Code><Message>{escape(reason)}</Message></Error></Errors></Response>",
            status,
        )
    if request.mimetype == "application/x-www-form-urlencoded":
        return _xml(
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>"
            f"<Message>{escape(reason)}</Message></Error></ErrorResponse>",
            status,
        )
    # The services that speak JSON call it an exception; those that once spoke XML say the old name in a header.
    kind = f"{code}Exception" if code == "AccessDenied" else code
    response = Response(json.dumps({"__type": kind, "message": reason}), status, content_type="application/json")
    response.headers["x-amzn-ErrorType"] = kind
    if service in _ONCE_SPOKE_XML:
        response.headers["x-amzn-query-error"] = f"{code};Sender"
    return response


def _xml(text: str, status: int) -> Response:
    return Response(text, status, content_type="text/xml")
