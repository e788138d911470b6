"""The principal and the condition keys of the current request."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import has_request_context, request
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sts.models import sts_backends
from moto.utilities.utils import get_partition

from scripts.local.aws import policy_document

_ABSENT = frozenset(
    {
        "aws:multifactorauthpresent",
        "aws:multifactorauthage",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceorgid",
        "aws:referer",
        "aws:federatedprovider",
        "aws:calledvia*",
        "s3:x-amz-*",
        "s3:prefix",
        "s3:delimiter",
        "s3:max-keys",
        "s3:versionid",
    }
)
_QUERY_KEYS = ("prefix", "delimiter", "max-keys", "versionId")


def account_id() -> str:
    """The account of this server."""
    return os.environ.get("MOTO_ACCOUNT_ID", DEFAULT_ACCOUNT_ID)


def partition(region: str) -> str:
    """The partition of a region, such as `aws`."""
    return get_partition(region)


def current_principal() -> policy_document.Principal:
    """The role whose session signed the current request, else the account itself."""
    account, signed = account_id(), credential()
    part = partition(signed.region)
    for session in sts_backends[account][part].assumed_roles:
        if session.access_key_id == signed.access_key:
            return policy_document.Principal(account, session.role_arn)
    return policy_document.Principal(account, f"arn:{part}:iam::{account}:root")


def current_context(principal: policy_document.Principal) -> policy_document.RequestContext:
    """The condition keys of the current request; outside a request, only the general ones."""
    now = datetime.now(UTC)
    values = {
        "aws:currenttime": now.isoformat(),
        "aws:epochtime": str(int(now.timestamp())),
        "aws:principalaccount": principal.account_id,
        "aws:resourceaccount": account_id(),
        "s3:resourceaccount": account_id(),
        "aws:principalarn": principal.arn,
        "aws:principalisawsservice": "false",
        "aws:viaawsservice": "false",
    }
    if not has_request_context():
        return policy_document.RequestContext(values, _ABSENT)
    values["aws:securetransport"] = str(request.is_secure).lower()
    values["aws:requestedregion"] = credential().region
    values["aws:useragent"] = request.headers.get("User-Agent", "")
    if "Referer" in request.headers:
        values["aws:referer"] = request.headers["Referer"]
    for name, value in request.headers.items():
        if name.lower().startswith("x-amz-"):
            values[f"s3:{name.lower()}"] = value
    for name in _QUERY_KEYS:
        if name in request.args:
            values[f"s3:{name.lower()}"] = request.args[name]
    return policy_document.RequestContext(values, _ABSENT)


@dataclass(frozen=True, slots=True)
class Credential:
    """Access key, region and service of a signature; empty if the request is not signed."""

    access_key: str = ""
    region: str = ""
    service: str = ""


def credential() -> Credential:
    """The credential of the current request, from its header or its URL."""
    if not has_request_context():
        return Credential()
    signed = request.headers.get("Authorization", "").partition("Credential=")[2]
    scope = (signed or request.args.get("X-Amz-Credential", "")).split("/")
    return Credential(scope[0], scope[2], scope[3]) if len(scope) > 3 else Credential()
