"""The caller of a request: the operator, a role session, or an AWS service that a local program acts as."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Request
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from scripts.local.aws.authorization.required_permissions import Location
from scripts.local.aws.environment import ACCESS_KEY_ID, SERVICE_HEADER, SOURCE_HEADER
from scripts.local.aws.policy_document import Principal
from scripts.local.aws.policy_evaluation import Document

_SOURCE = "local_aws_source"
_ANYTHING: Document = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@dataclass(frozen=True, slots=True)
class Caller:
    """A caller with credentials. The operator has the credentials of this AWS itself, and is unrestricted."""

    name: str
    principal: Principal
    identity: Sequence[Document] = ()
    limits: Sequence[Document] = ()
    context: Mapping[str, str] = field(default_factory=dict)
    is_operator: bool = False


def of_request(request: Request, access_key: str, location: Location) -> Caller | None:
    """The caller that signed the request; None if unknown."""
    if access_key == ACCESS_KEY_ID:
        return _service(request, location) or Caller(
            "operator",
            Principal(location.account_id, location.global_arn("iam", "root")),
            [_ANYTHING],
            is_operator=True,
        )
    for session in sts_backends[location.account_id][location.partition].assumed_roles:
        if session.access_key_id == access_key:
            token = request.headers.get("X-Amz-Security-Token") or request.args.get("X-Amz-Security-Token")
            return _session(session, location) if token == session.session_token else None
    return None


def remember_source(request: Request, location: Location) -> None:
    """Record which function the session is for that the current request has just created."""
    newest = sts_backends[location.account_id][location.partition].assumed_roles[-1]
    setattr(newest, _SOURCE, request.headers.get(SOURCE_HEADER))


def _service(request: Request, location: Location) -> Caller | None:
    """The service that the caller acts as: the runtime acts as Lambda, for a function."""
    service = request.headers.get(SERVICE_HEADER)
    if not service:
        return None
    context = {
        "aws:sourceaccount": location.account_id,
        "aws:sourcearn": request.headers.get(SOURCE_HEADER, ""),
        "aws:principalisawsservice": "true",
        "aws:principalservicename": service,
    }
    return Caller(service, Principal(service=service), context=context)


def of_role(role_arn: str, location: Location) -> Caller:
    """The role itself, without the policy of a session; a role that does not exist may do nothing."""
    backend = iam_backends[location.account_id][location.partition]
    role = next((one for one in backend.roles.values() if one.arn == role_arn), None)
    name, principal = role_arn.rpartition("/")[2], Principal(location.account_id, role_arn)
    if role is None:
        return Caller(name, principal)
    return Caller(name, principal, *policies_of_role(role, backend))


def _session(session: Any, location: Location) -> Caller:
    role = of_role(session.role_arn, location)
    limits = [*role.limits, *([json.loads(session.policy)] if session.policy else [])]
    source = getattr(session, _SOURCE, None) or ""
    context = {"lambda:sourcefunctionarn": source} if ":function:" in source else {}
    return replace(role, limits=limits, context=context)


def policies_of_role(role: Any, backend: Any) -> tuple[list[Document], list[Document]]:
    """The policies that allow a role something, and its permissions boundary, if it has one."""
    identity = [json.loads(text) for text in role.policies.values()]
    identity += [_managed(arn, backend) for arn in role.managed_policies]
    return identity, [_managed(role.permissions_boundary_arn, backend)] if role.permissions_boundary_arn else []


def _managed(arn: str, backend: Any) -> Document:
    versions = backend.get_policy(arn).versions
    return dict(json.loads(next(one.document for one in versions if one.is_default)))
