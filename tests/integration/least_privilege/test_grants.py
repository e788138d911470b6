"""The opposite of the denials: no role holds a permission that nothing uses."""

import pytest

from tests.integration.least_privilege.documented import DOCUMENTED
from tests.integration.least_privilege.enforced import Dev
from tests.integration.least_privilege.flow import Flow
from tests.integration.least_privilege.grants import Grant, grants


@pytest.fixture(scope="module")
def held(dev: Dev) -> list[Grant]:
    """Those of every role there is, but for continuous integration's (tests/integration/ci_roles)."""
    roles = [one["RoleName"] for one in dev.operator("iam").list_roles()["Roles"] if "-ci-" not in one["RoleName"]]
    return [grant for role in roles for grant in grants(dev, role)]


def used(flow: Flow, grant: Grant) -> bool:
    return any(grant.serves(one) for one in flow.decisions)


def test_every_permission_is_used_or_asked_for_by_aws(held: list[Grant], flow: Flow) -> None:
    reasons = {one.statement for one in DOCUMENTED}
    idle = [str(one) for one in held if not used(flow, one) and one.statement not in reasons]
    assert not idle, "\n".join(["used by nothing, and not in documented.py:", *idle])


def test_what_is_said_to_be_used_by_aws_alone_is_there_and_used_by_nothing_here(held: list[Grant], flow: Flow) -> None:
    said = {one.statement for one in DOCUMENTED}
    assert said == {one.statement for one in held if not used(flow, one)}


def test_an_unused_permission_is_found(held: list[Grant], flow: Flow) -> None:
    """Checks the check: one more permission is found."""
    needless = Grant(held[0].role, "Needless", "s3:DeleteObject", "arn:aws:s3:::made-up/*", {})
    assert not used(flow, needless)
