"""Parses the operation and parameters of a request, for each of AWS's protocols."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader
from flask import Request

UNKNOWN = "UnknownOperation"
"""No action has this name, so only `*` allows it."""


@dataclass(frozen=True, slots=True)
class Call:
    """One operation of a service, by its signing name."""

    service: str
    operation: str
    parameters: Mapping[str, Any]

    def text(self, *names: str) -> str:
        """The first of these parameters that has a value; else empty."""
        return next((str(self.parameters[name]) for name in names if self.parameters.get(name)), "")


def read(service: str, request: Request) -> Call:
    """Parse a request to any service except S3."""
    if target := request.headers.get("X-Amz-Target"):
        return Call(service, target.rpartition(".")[2], _json(request))
    if request.mimetype == "application/x-www-form-urlencoded":
        return Call(service, request.form.get("Action", UNKNOWN), request.form.to_dict())
    if "/operation/" in request.path:
        return Call(service, request.path.rpartition("/")[2], {})
    for operation, method, path in _rest_operations(service):
        if request.method == method and (found := path.fullmatch(request.path)):
            return Call(service, operation, {**_json(request), **found.groupdict()})
    return Call(service, UNKNOWN, {})


def _json(request: Request) -> Mapping[str, Any]:
    content = request.get_data()
    try:
        body = json.loads(content) if content else {}
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


@cache
def _rest_operations(service: str) -> list[tuple[str, str, re.Pattern[str]]]:
    """Operation, method and path of each operation; paths with fewer placeholders first."""
    try:
        model = Loader().load_service_model(service, "service-2")
    except UnknownServiceError:
        return []
    found = [(name, one["http"]) for name, one in model["operations"].items()]
    found.sort(key=lambda each: each[1]["requestUri"].count("{"))
    return [(name, http["method"], _path_pattern(http["requestUri"])) for name, http in found]


def _path_pattern(uri: str) -> re.Pattern[str]:
    return re.compile("".join(_pattern_parts(uri.partition("?")[0].rstrip("/"))) + "/?")


def _pattern_parts(uri: str) -> Iterator[str]:
    for literal, name, greedy in re.findall(r"([^{]+)|\{(\w+)(\+?)\}", uri):
        yield re.escape(literal) if literal else f"(?P<{name}>{'.+' if greedy else '[^/]+'})"
