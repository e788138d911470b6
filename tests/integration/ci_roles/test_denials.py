"""Each call is made for real, with a session of the role: what IAM refuses here, it refuses on AWS."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from botocore.exceptions import ClientError

from tests.integration.ci_roles.conftest import prepared_integration
from tests.integration.ci_roles.denials_of_apply import APPLIES
from tests.integration.ci_roles.denials_of_itself import ITSELF
from tests.integration.ci_roles.denials_of_plan import PLANS
from tests.integration.ci_roles.integration import Integration
from tests.integration.least_privilege.denials import Denial
from tests.integration.least_privilege.enforced import iam_decisions, widened
from tests.support.moments import Moments
from tests.support.platform import DEV

_CODES = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403"}


def name_of(denial: Denial) -> str:
    return f"{denial.role.removeprefix(f'{DEV.prefix}-ci-')}: {denial.title}"


@pytest.mark.parametrize("denial", [*PLANS, *APPLIES, *ITSELF], ids=name_of)
def test_role_may_not(integration: Integration, denial: Denial) -> None:
    with pytest.raises(ClientError) as refused:
        denial.call(integration)
    last = iam_decisions(integration.server.log)[-1]
    assert refused.value.response["Error"]["Code"] in _CODES
    assert (last.allowed, last.caller, last.action) == (False, denial.role, denial.action)
    assert denial.call_of_operator(integration)["ResponseMetadata"]["HTTPStatusCode"] < 300


@pytest.fixture(scope="module")
def spoilt(moments: Moments) -> Iterator[Integration]:
    """An environment for the calls that succeed, because they destroy things."""
    with prepared_integration(moments) as made:
        yield made


@pytest.mark.parametrize("denial", [*PLANS, *APPLIES], ids=name_of)
def test_call_is_refused_for_want_of_that_permission_alone(spoilt: Integration, denial: Denial) -> None:
    """Checks the denials: with one more permission, the same call is allowed."""
    before = len(iam_decisions(spoilt.server.log))
    with widened(spoilt.operator("iam"), denial.role, denial.action), suppress(ClientError):
        denial.call(spoilt)
    decisions = [one for one in iam_decisions(spoilt.server.log)[before:] if one.action == denial.action]
    assert {(one.allowed, one.caller) for one in decisions} == {(True, denial.role)}


@pytest.mark.parametrize("denial", ITSELF, ids=name_of)
def test_no_permission_more_lets_the_apply_role_change_itself(spoilt: Integration, denial: Denial) -> None:
    with (
        widened(spoilt.operator("iam"), denial.role, "*"),
        pytest.raises(ClientError, match="explicitly denies"),
    ):
        denial.call(spoilt)
