"""Parses an HTTP request by the service model: the operation and its parameters."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import UnknownServiceError
from flask import request as flask_request
from moto.core.model import OperationModel
from moto.core.parse import PROTOCOL_PARSERS, RequestParserError
from moto.core.request import determine_request_protocol, normalize_request
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import NotFound

_MODEL_NAMES = {"awslambda": "lambda"}
"""Services whose name in moto differs from botocore's."""


@dataclass(frozen=True, slots=True)
class OperationCall:
    """One call of an operation.

    Attributes
    ----------
    service
        botocore's name of the service.
    operation
        The operation's model.
    parameters
        The parameters by member name of the operation's input shape.

    """

    service: str
    operation: OperationModel
    parameters: Mapping[str, Any]

    @property
    def name(self) -> str:
        """For example `sqs.CreateQueue`."""
        return f"{self.service}.{self.operation.name}"

    def text(self, *names: str) -> str:
        """The first of these parameters that has a value; else empty."""
        return next((str(self.parameters[name]) for name in names if self.parameters.get(name)), "")


def current_call(backend: str) -> OperationCall | None:
    """Parse the current request to one of moto's backends; None if no service model describes it."""
    service = _MODEL_NAMES.get(backend, backend)
    try:
        model = get_service_model(service)
    except UnknownServiceError:
        return None
    request = normalize_request(flask_request)
    try:
        operation, path_parameters = get_service_router(service).match(request)
        protocol = determine_request_protocol(model, request.content_type)
        parameters = PROTOCOL_PARSERS[protocol](operation).parse(
            {
                "method": request.method,
                "values": request.values,
                "headers": request.headers,
                "body": request.data,
                "url_path": request.path,
                "url_params": path_parameters,
            }
        )
    except (NotFound, NotImplementedError, RequestParserError, ValueError, KeyError):
        return None
    return OperationCall(service, operation, parameters)
