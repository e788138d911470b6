"""Checks the permissions of a request before moto handles it, as IAM does."""

import logging
from http import HTTPStatus

from flask import Response, request
from werkzeug.wrappers import Response as PlainResponse

from scripts.local.aws import policy_document, policy_evaluation, request_context
from scripts.local.aws.authorization import access_denied, callers, s3, services, web_identity
from scripts.local.aws.authorization.callers import Caller
from scripts.local.aws.authorization.required_permissions import Location, RequiredPermission
from scripts.local.aws.operation_call import current_call

log = logging.getLogger(__name__)

_NOT_AWS = ("moto_api", "instance_metadata")
_ABSENT = frozenset(
    {
        "aws:requesttag/*",
        "aws:resourcetag/*",
        "dynamodb:leadingkeys",
        "ec2:createaction",
        "ec2:resourcetag/*",
        "iam:passedtoservice",
        "iam:permissionsboundary",
        "kms:encryptioncontext:*",
        "kms:viaservice",
        "lambda:functionarn",
        "lambda:sourcefunctionarn",
        "s3:requestobjecttag/*",
    }
)
"""Condition keys that are absent unless the required permission sets them."""


def authorize(backend: str) -> PlainResponse | None:
    """Check the current request to one of moto's backends; the error response, or None if it is allowed."""
    if backend in _NOT_AWS:
        return None
    signed, location = request_context.credential(), _location()
    call = current_call(backend) if backend == "sts" else None
    if call and f"sts:{call.operation.name}" == web_identity.ACTION:
        return web_identity.authorize(call, request, location)
    caller = callers.of_request(request, signed.access_key, location)
    if caller is None:
        return access_denied.unknown_caller(signed.service or backend, request)
    if caller.is_operator and signed.service != "sts":
        return None
    for permission in _required_permissions(backend, signed.service, location):
        verdict = _evaluated(permission, caller)
        word = "allows" if verdict.allowed else "denies"
        through = f" through {permission.context['kms:viaservice']}" if "kms:viaservice" in permission.context else ""
        log.info("IAM %s %s %s %s%s", word, caller.name, permission.action, permission.resource, through)
        if not verdict.allowed:
            reason = f"{caller.name} may not do this on {permission.resource}: {verdict.reason}"
            return access_denied.denied(signed.service, request, reason)
    return None


def after(backend: str, response: Response) -> Response:
    """Record which function a new session is for, once moto has created it."""
    succeeded = backend == "sts" and response.status_code == HTTPStatus.OK
    if succeeded and request.form.get("Action") == "AssumeRole":
        callers.remember_source(request, _location())
    return response


def _location() -> Location:
    region = request_context.credential().region
    return Location(request_context.partition(region), region, request_context.account_id())


def _required_permissions(backend: str, service: str, location: Location) -> list[RequiredPermission]:
    if service == "s3":
        return s3.required_permissions(request, location)
    call = current_call(backend)
    if call is None:  # No action has this name, so only `*` allows it.
        return [RequiredPermission(f"{service}:UnknownOperation", "*")]
    return services.required_permissions(call, location)


def _evaluated(permission: RequiredPermission, caller: Caller) -> policy_evaluation.Verdict:
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
