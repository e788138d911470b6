"""Where functions run: the seam between this AWS, which stores them, and whatever executes them.

A runtime that executes functions writes `functions.json` into the environment's state folder: a JSON object of
function names and URLs on this machine. An invocation is then a POST of the event to that URL, with the header
`X-Amz-Invocation-Type`; the answer's body is the result, its header `X-Amz-Function-Error` says that the function
failed. An invocation of type `Event` should be answered at once, with an empty body.
"""

import json
import os
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from scripts.local.aws.request_lock import REQUEST_LOCK
from scripts.local.aws.state import FUNCTION_ROUTES_VARIABLE

_MARGIN_SECONDS = 30
"""On top of the function's own timeout, for a cold start and for the runtime to report the timeout itself."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a function returned; `error` is `Handled` or `Unhandled` where it failed."""

    payload: bytes
    error: str | None


def url_of(function_name: str) -> str:
    """Where to post an event for this function; raises LookupError where nothing executes it."""
    try:
        routes = json.loads(Path(os.environ.get(FUNCTION_ROUTES_VARIABLE, os.devnull)).read_text() or "{}")
        url: str = routes[function_name]
    except (OSError, KeyError) as error:
        raise LookupError(f"nothing on this machine executes function {function_name}") from error
    return url


def invoke(function_name: str, event: str, kind: str, limit_seconds: int) -> Result:
    """Have a function executed, while others may call this AWS: the function itself does."""
    request = urllib.request.Request(
        url_of(function_name),
        data=(event or "{}").encode(),
        headers={"Content-Type": "application/json", "X-Amz-Invocation-Type": kind},
        method="POST",
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with REQUEST_LOCK.released(), opener.open(request, timeout=limit_seconds + _MARGIN_SECONDS) as answer:
        return Result(answer.read(), answer.headers.get("X-Amz-Function-Error"))
