"""The apply role applies, changes and destroys every unit, the plan role plans each, and no permission is idle."""

from collections.abc import Iterator

import pytest

from scripts.common import environments
from scripts.local.aws.server import LocalAws
from tests.integration.ci_roles.documented import DOCUMENTED, OTHERWISE
from tests.integration.ci_roles.flow import UNIT, Flow, flow_of
from tests.integration.ci_roles.integration import APPLY, PLAN, Integration
from tests.integration.least_privilege.grants import Grant, grants
from tests.support.platform import DEV, unchanged_units

pytestmark = pytest.mark.slow
UNITS = DEV.units()


@pytest.fixture(scope="module")
def server() -> Iterator[LocalAws]:
    environment = environments.default()
    with LocalAws(environment.name, environment.account_id, environment.region, enforce_iam=True) as aws:
        yield aws


@pytest.fixture(scope="module")
def held(server: LocalAws, flow: Flow) -> list[Grant]:
    """Read back once all is done: the roles themselves are left."""
    assert flow.steps
    return [grant for role in (PLAN, APPLY) for grant in grants(Integration(server), role)]


@pytest.fixture(scope="module")
def flow(server: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Flow:
    return flow_of(Integration(server), tmp_path_factory.mktemp("cache"), tmp_path_factory.mktemp("changed"))


@pytest.mark.parametrize("step", ["plan of nothing", "apply", "plan", "change", "one unit as before", "destroy"])
def test_every_step_is_allowed_to_its_role(flow: Flow, step: str) -> None:
    flow.steps[step].expect_success()


def test_plan_role_finds_nothing_to_change_after_an_apply(flow: Flow) -> None:
    assert sorted(unchanged_units(flow.steps["plan"].printed)) == UNITS


def test_nothing_is_refused_on_the_way(flow: Flow) -> None:
    assert [one for one in flow.decisions if not one.allowed] == []


def test_destroy_leaves_the_roles_and_nothing_else(server: LocalAws, flow: Flow) -> None:
    assert flow.steps["destroy"].status == 0
    aws = Integration(server)
    buckets = [one["Name"] for one in aws.operator("s3").list_buckets()["Buckets"]]
    assert buckets == [aws.state_bucket]
    assert {one["RoleName"] for one in aws.operator("iam").list_roles()["Roles"]} == {PLAN, APPLY}
    assert aws.operator("lambda").list_functions()["Functions"] == []
    left = aws.operator("s3").list_objects_v2(Bucket=aws.state_bucket, Prefix=f"live/{DEV.name}/")["Contents"]
    assert {one["Key"].split("/")[2] for one in left if not one["Key"].endswith(".tflock")} == set(UNITS)
    assert UNIT in UNITS


def _is_used(grant: Grant, flow: Flow) -> bool:
    return any(grant.action == one.action and grant.serves(one) for one in flow.decisions)


def _idle(flow: Flow, held: list[Grant]) -> set[tuple[str, str]]:
    """Statement and action of what nothing used, on any resource and by either role."""
    used = {(grant.statement, grant.action) for grant in held if _is_used(grant, flow)}
    return {(one.statement, one.action) for one in held} - used


def test_every_permission_is_used_or_asked_for_by_aws(flow: Flow, held: list[Grant]) -> None:
    reasons = {one.statement for one in DOCUMENTED}
    idle = {f"{statement}: {action}" for statement, action in _idle(flow, held) if statement not in reasons}
    assert idle - set(OTHERWISE) == set()


def test_what_is_said_to_be_used_elsewhere_alone_is_there_and_used_by_nothing_here(
    flow: Flow, held: list[Grant]
) -> None:
    idle = _idle(flow, held)
    assert {one.statement for one in DOCUMENTED} == {name for name, _ in idle} & {one.statement for one in DOCUMENTED}
    assert {f"{statement}: {action}" for statement, action in idle} >= set(OTHERWISE)


def test_every_resource_of_a_permission_is_used(flow: Flow, held: list[Grant]) -> None:
    """Where a statement names several, each serves for something."""
    used = {(one.statement, one.resource) for one in held if _is_used(one, flow)}
    idle = {(one.statement, one.resource) for one in held} - used
    assert {statement for statement, _ in idle} <= {one.statement for one in DOCUMENTED}
