"""Stands before moto: lets a request through where IAM would, and answers it where IAM would not."""

import logging
from http import HTTPStatus

from flask import Request, Response, request

from scripts.local.aws import policy_document, policy_evaluation, request_context
from scripts.local.aws.authorization import access_denied, callers, calls, s3, services
from scripts.local.aws.authorization.callers import Caller
from scripts.local.aws.authorization.required_permissions import Location, RequiredPermission

log = logging.getLogger(__name__)

_NOT_OF_AWS = ("moto_api", "instance_metadata")
_ABSENT = frozenset({"kms:encryptioncontext:*", "kms:viaservice", "lambda:sourcefunctionarn", "s3:requestobjecttag/*"})
"""Keys that a request has not got where its permission does not name them."""


def authorize(backend: str) -> Response | None:
    """Judge the running request to one of moto's backends; None lets it through."""
    if backend in _NOT_OF_AWS:
        return None
    signed, location = request_context.credential(), _location()
    caller = callers.of_request(request, signed.access_key, location)
    if caller is None:
        return access_denied.unknown_caller(signed.service or backend, request)
    if caller.is_operator and signed.service != "sts":
        return None
    for permission in _required_permissions(signed.service, request, location):
        verdict = _judged(permission, caller)
        word = "allows" if verdict.allowed else "refuses"
        through = f" through {permission.context['kms:viaservice']}" if "kms:viaservice" in permission.context else ""
        log.info("IAM %s %s %s %s%s", word, caller.name, permission.action, permission.resource, through)
        if not verdict.allowed:
            reason = f"{caller.name} may not do this on {permission.resource}: {verdict.reason}"
            return access_denied.denied(signed.service, request, reason)
    return None


def after(backend: str, response: Response) -> Response:
    """Note whom a session was given to, once moto has made it."""
    succeeded = backend == "sts" and response.status_code == HTTPStatus.OK
    if succeeded and calls.read(backend, request).operation == "AssumeRole":
        callers.remember_source(request, _location())
    return response


def _location() -> Location:
    region = request_context.credential().region
    return Location(request_context.partition(region), region, request_context.account_id())


def _required_permissions(service: str, asked: Request, location: Location) -> list[RequiredPermission]:
    if service == "s3":
        return s3.required_permissions(asked, location)
    return services.required_permissions(calls.read(service, asked), location)


def _judged(permission: RequiredPermission, caller: Caller) -> policy_evaluation.Verdict:
    known = request_context.current_context(caller.principal)
    context = policy_document.RequestContext(
        {**known.values, **caller.context, **permission.context}, known.absent | _ABSENT
    )
    return policy_evaluation.evaluate(
        policy_evaluation.Policies(
            caller.identity, caller.limits, permission.resource_policy, permission.requires_resource_policy
        ),
        policy_document.Request(permission.action, permission.resource, caller.principal, context),
    )
