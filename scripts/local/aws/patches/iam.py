"""Patches of moto's IAM."""

from moto.core.responses import ActionResult
from moto.iam.access_control import IAMPolicyStatement, PermissionResult
from moto.iam.responses import IamResponse

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


@patch
def keeps_what_is_not_updated(moto: Replacements) -> None:
    """`UpdateRole` deletes the description that it is not given, and resets the longest session."""
    original = IamResponse.update_role

    def update_role(self: IamResponse) -> ActionResult:
        role = self.backend.get_role(self._get_param("RoleName"))
        self.params.setdefault("Description", role.description)
        self.params.setdefault("MaxSessionDuration", role.max_session_duration)
        return original(self)

    moto.replace(IamResponse, "update_role", update_role)
