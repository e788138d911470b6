"""Checks the denials: with one more permission, the denied call succeeds."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from botocore.exceptions import ClientError

from tests.integration.least_privilege.conftest import prepared_dev
from tests.integration.least_privilege.denials import Denial
from tests.integration.least_privilege.denials_elsewhere import ELSEWHERE
from tests.integration.least_privilege.denials_of_buckets import BUCKETS
from tests.integration.least_privilege.enforced import Dev, iam_decisions, widened
from tests.support.moments import Moments
from tests.support.platform import DEV

DENIED_EXPLICITLY = ("ec2:DescribeSubnets",)
"""What a function's role may, for Lambda to use, and its code may not: no permission more would help."""


@pytest.fixture(scope="module")
def spoilt(moments: Moments) -> Iterator[Dev]:
    """An environment for this module only, because the calls that succeed here destroy things."""
    with prepared_dev(moments) as dev:
        yield dev


@pytest.mark.parametrize(
    "denial",
    [one for one in (*BUCKETS, *ELSEWHERE) if one.action not in DENIED_EXPLICITLY],
    ids=lambda one: f"{one.role.removeprefix(f'{DEV.prefix}-')}: {one.title}",
)
def test_call_is_refused_for_want_of_that_permission_alone(spoilt: Dev, denial: Denial) -> None:
    before = len(iam_decisions(spoilt.server.log))
    with widened(spoilt.operator("iam"), denial.role, denial.action), suppress(ClientError):
        denial.call(spoilt)
    decisions = [one for one in iam_decisions(spoilt.server.log)[before:] if one.action == denial.action]
    assert [(one.allowed, one.caller) for one in decisions] == [(True, denial.role)]
