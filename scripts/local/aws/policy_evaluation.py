"""Evaluates all policies that apply to a request, as AWS does within one account.

Rules: "Policy evaluation logic" and "How AWS enforcement code logic evaluates requests" of the IAM User Guide.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from scripts.local.aws.policy_document import Decision, Request, decide

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Policies:
    """Every policy that applies to a request.

    `limits` allow nothing by themselves: a permissions boundary, a session policy, a VPC endpoint policy. With
    `requires_resource_policy` (KMS keys, role trust policies) the resource policy has to allow: identity policies
    count only where it delegates to the account.
    """

    identity: Sequence[Document] = ()
    limits: Sequence[Document] = ()
    resource: Document | None = None
    requires_resource_policy: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a request is allowed, and the reason as text."""

    allowed: bool
    reason: str


def evaluate(policies: Policies, request: Request) -> Verdict:
    """An explicit deny in any policy wins; else a policy must allow the request, and every limit must allow it too."""
    everything = [*policies.identity, *policies.limits, *([policies.resource] if policies.resource else [])]
    if any(decide(each, request) is Decision.DENY for each in everything):
        return Verdict(False, f"a policy explicitly denies {request.action}")
    by_identity = any(decide(each, request) is Decision.ALLOW for each in policies.identity)
    if policies.requires_resource_policy:
        granted = _names_it(policies.resource, request) or (by_identity and _allows(policies.resource, request))
        missing = "neither the resource policy nor an identity policy that it delegates to allows"
    else:
        granted = by_identity or _names_it(policies.resource, request)
        missing = "no identity policy allows"
    if not granted:
        return Verdict(False, f"{missing} {request.action}")
    if not all(_allows(limit, request) for limit in policies.limits):
        return Verdict(False, f"a permissions boundary, session or endpoint policy does not allow {request.action}")
    return Verdict(True, "allowed")


def _allows(document: Document | None, request: Request) -> bool:
    return document is not None and decide(document, request) is Decision.ALLOW


def _names_it(resource: Document | None, request: Request) -> bool:
    """Whether the resource policy allows this principal itself; naming its account only delegates to the account."""
    without_account = replace(request, principal=replace(request.principal, account_id=""))
    return _allows(resource, without_account)
