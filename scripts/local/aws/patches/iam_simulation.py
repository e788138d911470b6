"""IAM's policy simulator, which moto lacks."""

from collections.abc import Mapping, Sequence
from typing import Any

from moto.core.responses import ActionResult
from moto.iam.exceptions import NotFoundException
from moto.iam.responses import IamResponse

from scripts.local.aws import policy_document, policy_evaluation, request_context
from scripts.local.aws.authorization import callers
from scripts.local.aws.patches.registry import Replacements, patch


@patch
def simulates_policies(moto: Replacements) -> None:
    """`SimulatePrincipalPolicy` is missing: a role's permissions cannot be asked for without being that role."""
    moto.add(IamResponse, "simulate_principal_policy", simulate_principal_policy)


def simulate_principal_policy(self: IamResponse) -> ActionResult:
    """Say what the policies of a role and its permissions boundary allow; other principals are not found.

    Resource policies and service control policies do not count. Condition keys are those of `ContextEntries` and the
    general ones of any request; a key that is in neither is one that the request does not have.
    """
    arn = self._get_param("PolicySourceArn")
    role = next((one for one in self.backend.roles.values() if one.arn == arn), None)
    if role is None:
        raise NotFoundException(f"Role {arn} does not exist.")
    identity, limits = callers.policies_of_role(role, self.backend)
    policies = policy_evaluation.Policies(identity, limits)
    principal = policy_document.Principal(self.current_account, arn)
    context = _context(principal, self._get_param("ContextEntries") or [])
    results = [
        {
            "EvalActionName": action,
            "EvalResourceName": resource,
            "EvalDecision": _decision(policies, policy_document.Request(action, resource, principal, context)),
            "MatchedStatements": [],
            "MissingContextValues": [],
        }
        for action in self._get_param("ActionNames")
        for resource in self._get_param("ResourceArns") or ["*"]
    ]
    return ActionResult({"EvaluationResults": results, "IsTruncated": False})


def _context(
    principal: policy_document.Principal, entries: Sequence[Mapping[str, Any]]
) -> policy_document.RequestContext:
    given = {one["ContextKeyName"].lower(): one["ContextKeyValues"][0] for one in entries}
    general = request_context.current_context(principal).values
    return policy_document.RequestContext({**general, **given}, frozenset({"*"}))


def _decision(policies: policy_evaluation.Policies, request: policy_document.Request) -> str:
    if policy_evaluation.evaluate(policies, request).allowed:
        return "allowed"
    documents = [*policies.identity, *policies.limits]
    denied = any(policy_document.decide(each, request) is policy_document.Decision.DENY for each in documents)
    return "explicitDeny" if denied else "implicitDeny"
