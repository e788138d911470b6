"""Refuses what AWS would refuse, with AWS's error code, before moto handles the request."""

import logging
from collections.abc import Iterator

from flask import request
from werkzeug.wrappers import Response

from scripts.local.aws.error_response import error_response
from scripts.local.aws.operation_call import OperationCall, current_call
from scripts.local.aws.validation import against_state, documented, quotas, resource_schemas, shapes
from scripts.local.aws.validation.error_codes import code_of, status_of
from scripts.local.aws.validation.shapes import Violation

log = logging.getLogger(__name__)


def validate(backend: str) -> Response | None:
    """Check the current request against every rule; the error response, or None if it is valid."""
    call = current_call(backend)
    if call is None or call.operation.input_shape is None:
        return None
    found = next(violations(call), None)
    if found is None:
        return None
    log.info("refused as AWS would: %s %s", call.name, found.member)
    code = code_of(call, found)
    return error_response(call.service, request, code, _text(found), status_of(call, code))


def violations(call: OperationCall) -> Iterator[Violation]:
    """Every rule that a call breaks: of the service model, the resource schema, AWS's pages, and the account."""
    yield from shapes.violations(call.operation.input_shape, call.parameters)
    yield from resource_schemas.violations(call)
    yield from documented.violations(call)
    yield from against_state.violations(call)
    yield from quotas.violations(call)


def _text(found: Violation) -> str:
    """AWS's own words where they are known, else the words its services have for a broken model; never the value."""
    page = f" ({found.source})" if found.source else ""
    if found.message:
        return f"{found.message}{page}"
    return f"1 validation error detected: Value at '{found.member}' failed to satisfy constraint: {found.rule}{page}"
