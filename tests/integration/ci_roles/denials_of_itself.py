"""What the apply role may not do to itself and to what lets it in, denied explicitly: no permission more would help."""

from tests.integration.ci_roles.denials_of_apply import NO_FUNCTION, ROLE, function_with
from tests.integration.ci_roles.denials_of_plan import ANYTHING, of
from tests.integration.ci_roles.integration import APPLY, PLAN
from tests.integration.least_privilege.denials import Denial

ITSELF = [
    Denial(
        "widens its own policy",
        APPLY,
        "iam:PutRolePolicy",
        "put_role_policy",
        of({"RoleName": APPLY, "PolicyName": "more", "PolicyDocument": ANYTHING}),
        ROLE,
    ),
    Denial(
        "widens the plan role",
        APPLY,
        "iam:PutRolePolicy",
        "put_role_policy",
        of({"RoleName": PLAN, "PolicyName": "more", "PolicyDocument": ANYTHING}),
        ROLE,
    ),
    Denial(
        "lets others take it",
        APPLY,
        "iam:UpdateAssumeRolePolicy",
        "update_assume_role_policy",
        of({"RoleName": APPLY, "PolicyDocument": ANYTHING}),
        ROLE,
    ),
    Denial(
        "loses a policy",
        APPLY,
        "iam:DeleteRolePolicy",
        "delete_role_policy",
        of({"RoleName": APPLY, "PolicyName": "state"}),
        ROLE,
    ),
    Denial("deletes the plan role", APPLY, "iam:DeleteRole", "delete_role", of({"RoleName": PLAN}), ROLE),
    Denial(
        "gives itself to a function",
        APPLY,
        "iam:PassRole",
        "create_function",
        function_with(APPLY),
        NO_FUNCTION,
        via="lambda",
    ),
    Denial(
        "widens what both read",
        APPLY,
        "iam:CreatePolicyVersion",
        "create_policy_version",
        lambda dev: {"PolicyArn": dev.read_policy_arn, "PolicyDocument": ANYTHING, "SetAsDefault": True},
        ROLE,
    ),
    Denial(
        "lets another audience in",
        APPLY,
        "iam:AddClientIDToOpenIDConnectProvider",
        "add_client_id_to_open_id_connect_provider",
        lambda dev: {"OpenIDConnectProviderArn": dev.provider_arn, "ClientID": "made-up"},
        ROLE,
    ),
    Denial(
        "deletes the provider",
        APPLY,
        "iam:DeleteOpenIDConnectProvider",
        "delete_open_id_connect_provider",
        lambda dev: {"OpenIDConnectProviderArn": dev.provider_arn},
        ROLE,
    ),
]
