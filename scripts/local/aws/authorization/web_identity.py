"""Sessions for the holders of a token of an OpenID Connect provider: `sts:AssumeRoleWithWebIdentity`.

Issuer, audience, expiry, the role's trust policy and its longest session are checked as AWS checks them. The signature
is not: the provider's keys are on the internet.
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
"""

import base64
import json
import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from flask import Request
from moto.iam.models import iam_backends
from werkzeug.wrappers import Response

from scripts.local.aws import policy_document, policy_evaluation, request_context
from scripts.local.aws.authorization.required_permissions import Location
from scripts.local.aws.error_response import error_response
from scripts.local.aws.operation_call import OperationCall

log = logging.getLogger(__name__)

ACTION = "sts:AssumeRoleWithWebIdentity"


def authorize(call: OperationCall, request: Request, location: Location) -> Response | None:
    """Check the token and the role's trust policy; the error response, or None if the session may start."""
    claims = _claims(call.text("WebIdentityToken"))
    if claims is None:
        return _refused(request, "InvalidIdentityToken", "The token is not a JSON Web Token with claims", 400)
    issuer = str(claims.get("iss", "")).removeprefix("https://")
    backend = iam_backends[location.account_id][location.partition]
    provider = backend.open_id_providers.get(location.global_arn("iam", f"oidc-provider/{issuer}"))
    if provider is None:
        return _refused(request, "InvalidIdentityToken", f"The account has no OpenID Connect provider {issuer!r}", 400)
    if claims.get("aud") not in provider.client_id_list:
        return _refused(request, "InvalidIdentityToken", f"Incorrect token audience {claims.get('aud')!r}", 400)
    if float(claims.get("exp", 0)) < time.time():
        return _refused(request, "ExpiredTokenException", "The token has expired", 400)
    return _trusted(call, request, location, provider.arn, {f"{issuer}:{name}": claims[name] for name in claims})


def _trusted(
    call: OperationCall, request: Request, location: Location, provider: str, claims: Mapping[str, Any]
) -> Response | None:
    """Evaluate the trust policy for the claims, which are condition keys."""
    arn = call.text("RoleArn")
    roles = iam_backends[location.account_id][location.partition].roles.values()
    role = next((one for one in roles if one.arn == arn), None)
    trust = json.loads(role.assume_role_policy_document) if role else {}
    principal = policy_document.Principal(federated=provider)
    known = request_context.current_context(principal)
    issuer = provider.partition(":oidc-provider/")[2]
    context = policy_document.RequestContext(
        {**known.values, **{name.lower(): str(value) for name, value in claims.items()}},
        known.absent | {f"{issuer}:*".lower()},
    )
    verdict = policy_evaluation.evaluate(
        policy_evaluation.Policies(resource=trust, requires_resource_policy=True),
        policy_document.Request(ACTION, arn, principal, context),
    )
    log.info("IAM %s %s %s %s", "allows" if verdict.allowed else "denies", issuer, ACTION, arn)
    if verdict.allowed:
        return _too_long(call, request, role.max_session_duration if role else None)
    return _refused(request, "AccessDenied", f"Not authorized to perform {ACTION}", HTTPStatus.FORBIDDEN)


def _too_long(call: OperationCall, request: Request, longest: str | int | None) -> Response | None:
    """Refuse a session that is to be longer than the role's longest, in words that AWS was seen to use.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html says that it fails, and
    https://github.com/kreuzwerker/awsu/issues/27 has the code, the message and the status.
    """
    asked = int(call.text("DurationSeconds") or 0)
    if longest is None or asked <= int(longest):
        return None
    words = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    return _refused(request, "ValidationError", words, HTTPStatus.BAD_REQUEST)


def _claims(token: str) -> Mapping[str, Any] | None:
    with suppress(ValueError, IndexError):
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return claims if isinstance(claims, dict) else None
    return None


def _refused(request: Request, code: str, message: str, status: int) -> Response:
    return error_response("sts", request, code, message, status)
