"""The interface between this AWS, which stores functions, and a runtime that executes them.

The runtime writes `functions.json` into the environment's state directory: a JSON object of function names and URLs
on this machine. To invoke a function, the event is posted to its URL with the header `X-Amz-Invocation-Type`. The
response body is the result; its header `X-Amz-Function-Error` is set if the function failed. The runtime answers an
invocation of type `Event` at once, with an empty body.
"""

import json
import os
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from scripts.local.aws.request_lock import REQUEST_LOCK
from scripts.local.aws.state import FUNCTION_ROUTES_VARIABLE

_MARGIN_SECONDS = 30
"""Added to the function's timeout, for a cold start and for the runtime to report the timeout."""


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a function; `error` is `Handled` or `Unhandled` if it failed."""

    payload: bytes
    error: str | None


def url_of(function_name: str) -> str:
    """The URL of a function; raises LookupError if no runtime executes it."""
    try:
        routes = json.loads(Path(os.environ.get(FUNCTION_ROUTES_VARIABLE, os.devnull)).read_text() or "{}")
        url: str = routes[function_name]
    except (OSError, KeyError) as error:
        raise LookupError(f"nothing on this machine executes function {function_name}") from error
    return url


def invoke(function_name: str, event: str, kind: str, limit_seconds: int) -> Result:
    """Invoke a function, with the request lock released: the function calls this AWS itself."""
    request = urllib.request.Request(
        url_of(function_name),
        data=(event or "{}").encode(),
        headers={"Content-Type": "application/json", "X-Amz-Invocation-Type": kind},
        method="POST",
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with REQUEST_LOCK.released(), opener.open(request, timeout=limit_seconds + _MARGIN_SECONDS) as answer:
        return Result(answer.read(), answer.headers.get("X-Amz-Function-Error"))
