from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.support.leftovers import what_is_left
from tests.support.moments import bootstrapped
from tests.support.platform import BARE_TERRAGRUNT, TERRAGRUNT, TOOLCHAIN, Platform, production, running


@pytest.mark.parametrize(
    "moment",
    ["applied_dev", "half_applied_dev", pytest.param("applied_dev_on_a_slow_aws", marks=pytest.mark.slow)],
)
def test_destroying_dev_leaves_nothing_but_the_backend_and_keys_that_wait(
    moment: str, request: pytest.FixtureRequest
) -> None:
    dev: Platform = request.getfixturevalue(moment)
    assert what_is_left(dev)
    dev.terragrunt("run", "--all", "destroy").expect_success()
    assert what_is_left(dev) == {}


def test_the_network_cannot_go_before_the_functions(applied_dev: Platform) -> None:
    """Terraform would wait for 45 minutes for the interfaces to go."""
    ec2, functions = applied_dev.client("ec2"), applied_dev.client("lambda")
    networks = [one["VpcConfig"] for one in functions.list_functions()["Functions"]]
    places = {(subnet, group) for one in networks for subnet in one["SubnetIds"] for group in one["SecurityGroupIds"]}
    filters = [{"Name": "description", "Values": ["AWS Lambda VPC ENI*"]}]
    interfaces = ec2.describe_network_interfaces(Filters=filters)["NetworkInterfaces"]
    assert len(networks) == 2
    assert {(one["SubnetId"], one["Groups"][0]["GroupId"]) for one in interfaces} == places
    assert len(interfaces) == len(places)
    for subnet, group in sorted(places):
        with pytest.raises(ClientError, match="DependencyViolation"):
            ec2.delete_security_group(GroupId=group)
        with pytest.raises(ClientError, match="DependencyViolation"):
            ec2.delete_subnet(SubnetId=subnet)


@pytest.fixture(scope="module")
def prod_with_a_key(cache: Path) -> Iterator[Platform]:
    """Prod with one unit applied; no test of this module may change anything in it."""
    with running(production(), cache, bootstrapped(production(), cache)) as prod:
        prod.terragrunt("apply", "-auto-approve", unit="kms").expect_success()
        yield prod


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "--all", "destroy"),
        ("destroy", "-auto-approve"),
        ("apply", "-destroy", "-auto-approve"),
        ("plan", "-destroy", "-out=later.tfplan"),
    ],
    ids=" ".join,
)
def test_prod_refuses_to_be_destroyed_by_whichever_terragrunt(
    prod_with_a_key: Platform, arguments: tuple[str, ...]
) -> None:
    before = what_is_left(prod_with_a_key)
    unit = "" if "--all" in arguments else "kms"
    for program in (BARE_TERRAGRUNT, TERRAGRUNT):
        ran = prod_with_a_key.terragrunt(*arguments, unit=unit, program=program)
        assert ran.expect_refusal().startswith(f"{production()} is protected")
    assert what_is_left(prod_with_a_key) == before


def test_data_in_prod_refuses_to_be_destroyed_by_bare_terraform(prod_with_a_key: Platform, cache: Path) -> None:
    account = prod_with_a_key.environment.account_id
    modules = [path.parent for path in cache.rglob("kms/backend.tf") if account in path.read_text()]
    assert modules
    before = what_is_left(prod_with_a_key)
    environment = prod_with_a_key.environment
    inputs = {
        "TF_VAR_name": environment.prefix,
        "TF_VAR_account_id": environment.account_id,
        "TF_VAR_region": environment.region,
        "TF_VAR_deletion_window_days": "30",
        "TF_VAR_deletion_protection": "true",
    }
    destroy = [TOOLCHAIN["engine"], "destroy", "-auto-approve", "-no-color", "-input=false"]
    ran = prod_with_a_key.setting(**inputs).run(destroy, modules[0], 300)
    assert ran.status != 0
    assert "Instance cannot be destroyed" in ran.printed
    assert what_is_left(prod_with_a_key) == before
