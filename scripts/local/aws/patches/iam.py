"""Repairs of moto's IAM."""

from moto.iam.access_control import IAMPolicyStatement, PermissionResult

from scripts.local.aws import policies, request_facts
from scripts.local.aws.patches.registry import Replacements, patch

_RESULTS = {
    policies.Decision.ALLOW: PermissionResult.PERMITTED,
    policies.Decision.DENY: PermissionResult.DENIED,
    policies.Decision.NEUTRAL: PermissionResult.NEUTRAL,
}


@patch
def judges_statements(moto: Replacements) -> None:
    """A statement whose condition does not hold denies, and principals are not told apart.

    So `DenyInsecureTransport` on a bucket refuses every object call. `NotResource` and `?` are not read either.
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
            # A role's trust policy: here moto knows the principal and the conditions itself.
            return original(self, action, resource, principal, incoming_condition_values)
        who = request_facts.current_principal()
        facts = request_facts.current_facts(who).with_values(incoming_condition_values or {})
        asked = policies.Request(action, resource, who, facts)
        return _RESULTS[policies.decide_statement(self._statement, asked)]

    moto.replace(IAMPolicyStatement, "is_action_permitted", is_action_permitted)
