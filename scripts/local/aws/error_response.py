"""Error responses, each in the form that the SDK of the service reads."""

import json
from xml.sax.saxutils import escape

from werkzeug.wrappers import Request, Response

_HAD_QUERY_PROTOCOL = ("monitoring", "sqs")


def error_response(service: str, request: Request, code: str, message: str, status: int) -> Response:
    """Render an error of a service."""
    error = f"<Code>{code}</Code><Message>{escape(message)}</Message>"
    if service == "s3":
        return _xml(f"<Error>{error}</Error>", status)
    if service == "ec2":
        return _xml(f"<Response><Errors><Error>{error}</Error></Errors></Response>", status)
    if request.mimetype == "application/x-www-form-urlencoded":
        return _xml(f"<ErrorResponse><Error><Type>Sender</Type>{error}</Error></ErrorResponse>", status)
    # JSON services call it AccessDeniedException; those that had the query protocol give the old name in a header.
    name = f"{code}Exception" if code == "AccessDenied" else code
    body = json.dumps({"__type": name, "message": message})
    response = Response(body, status, content_type="application/json", headers={"x-amzn-ErrorType": name})
    if service in _HAD_QUERY_PROTOCOL:
        response.headers["x-amzn-query-error"] = f"{code};Sender"
    return response


def _xml(text: str, status: int) -> Response:
    return Response(text, status, content_type="text/xml")
