"""Whose jobs may take which role, by the claims of their tokens."""

import time

import pytest
from botocore.exceptions import ClientError

from tests.integration.ci_roles.integration import APPLY, PLAN, REPOSITORY, SUBJECTS, Integration
from tests.integration.ci_roles.tokens import token
from tests.support.platform import DEV

BRANCH = f"repo:{REPOSITORY}:ref:refs/heads/main"


@pytest.mark.parametrize(("role", "subject"), [*SUBJECTS.items(), (PLAN, BRANCH)])
def test_jobs_of_the_repository_take_their_role(integration: Integration, role: str, subject: str) -> None:
    assert integration.assume(role, token(subject))["AWS_SESSION_TOKEN"]


@pytest.mark.parametrize(
    ("role", "subject"),
    [
        (APPLY, SUBJECTS[PLAN]),
        (APPLY, BRANCH),
        (APPLY, f"{SUBJECTS[APPLY]}-2"),
        (APPLY, f"repo:{REPOSITORY}:environment:another"),
        (APPLY, SUBJECTS[APPLY].replace(REPOSITORY, "somebody@1/csvbatch@2")),
        (APPLY, SUBJECTS[APPLY].replace(REPOSITORY, REPOSITORY.replace("@0", ""))),
        (APPLY, SUBJECTS[APPLY].upper()),
        (APPLY, ""),
        (PLAN, SUBJECTS[APPLY]),
        (PLAN, f"repo:{REPOSITORY}:ref:refs/heads/another"),
        (PLAN, f"repo:{REPOSITORY}:ref:refs/tags/main"),
        (PLAN, SUBJECTS[PLAN].replace(REPOSITORY, "somebody@1/csvbatch@2")),
    ],
)
def test_other_jobs_take_no_role(integration: Integration, role: str, subject: str) -> None:
    with pytest.raises(ClientError) as refused:
        integration.assume(role, token(subject))
    assert refused.value.response["Error"]["Code"] == "AccessDenied"


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"aud": "https://github.com/example-org"}, "InvalidIdentityToken"),
        ({"iss": "https://gitlab.com"}, "InvalidIdentityToken"),
        ({"exp": int(time.time()) - 1}, "ExpiredTokenException"),
    ],
)
def test_tokens_for_others_or_out_of_date_are_refused(
    integration: Integration, claims: dict[str, str], code: str
) -> None:
    with pytest.raises(ClientError) as refused:
        integration.assume(PLAN, token(SUBJECTS[PLAN], **claims))
    assert refused.value.response["Error"]["Code"] == code


@pytest.mark.parametrize(("role", "longest"), [(PLAN, 3600), (APPLY, 7200)])
def test_a_session_is_no_longer_than_the_role_allows(integration: Integration, role: str, longest: int) -> None:
    assert integration.assume(role, token(SUBJECTS[role]), longest)
    with pytest.raises(ClientError, match="exceeds the MaxSessionDuration") as refused:
        integration.assume(role, token(SUBJECTS[role]), longest + 1)
    assert refused.value.response["Error"]["Code"] == "ValidationError"


def test_what_is_no_token_is_refused(integration: Integration) -> None:
    with pytest.raises(ClientError) as refused:
        integration.assume(PLAN, "made-up-and-no-token")
    assert refused.value.response["Error"]["Code"] == "InvalidIdentityToken"


@pytest.mark.parametrize("role", [PLAN, APPLY])
def test_nobody_of_the_account_can_take_a_role_without_a_token(integration: Integration, role: str) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        integration.operator("sts").assume_role(RoleArn=integration.role_arn(role), RoleSessionName="made-up")


def test_a_role_of_integration_cannot_take_another_role(integration: Integration) -> None:
    for taken, wanted in ((PLAN, APPLY), (PLAN, f"{DEV.prefix}-rejects-reader"), (APPLY, PLAN)):
        with pytest.raises(ClientError, match="AccessDenied"):
            integration.role(taken, "sts").assume_role(RoleArn=integration.role_arn(wanted), RoleSessionName="made-up")
