"""Patches of moto's IAM."""

from moto.iam.access_control import IAMPolicyStatement, PermissionResult

from scripts.local.aws import policy_document, request_context
from scripts.local.aws.patches.registry import Replacements, patch

_RESULTS = {
    policy_document.Decision.ALLOW: PermissionResult.PERMITTED,
    policy_document.Decision.DENY: PermissionResult.DENIED,
    policy_document.Decision.NEUTRAL: PermissionResult.NEUTRAL,
}


@patch
def evaluates_statements(moto: Replacements) -> None:
    """Conditions and principals of a statement are ignored, and so are `NotResource` and `?`.

    A statement that denies plain HTTP on a bucket refuses every object call.
    """
    original = IAMPolicyStatement.is_action_permitted

    def is_action_permitted(
        self: IAMPolicyStatement,
        action: str,
        resource: str = "*",
        principal: str | None = None,
        incoming_condition_values: dict[str, str] | None = None,
    ) -> PermissionResult:
        if principal is not None:
            # A trust policy: here moto evaluates the principal and the conditions itself.
            return original(self, action, resource, principal, incoming_condition_values)
        who = request_context.current_principal()
        context = request_context.current_context(who).with_values(incoming_condition_values or {})
        asked = policy_document.Request(action, resource, who, context)
        return _RESULTS[policy_document.decide_statement(self._statement, asked)]

    moto.replace(IAMPolicyStatement, "is_action_permitted", is_action_permitted)
