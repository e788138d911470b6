from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.moments import bootstrapped
from tests.support.platform import BARE_TERRAGRUNT, TERRAGRUNT, TOOLCHAIN, Platform, production, running


def what_is_left(platform: Platform) -> dict[str, list[str]]:
    """The resources of every service the platform uses that are not the backend's or waiting for deletion."""

    def names(service: str, operation: str, items: str, name: str, **arguments: Any) -> list[str]:
        pages = platform.client(service).get_paginator(operation).paginate(**arguments)
        return sorted(item[name] if name else item for page in pages for item in page.get(items, []))

    kms = platform.client("kms")
    aliases = kms.get_paginator("list_aliases").paginate().search("Aliases[]")
    of_aws = {alias["TargetKeyId"] for alias in aliases if alias["AliasName"].startswith("alias/aws/")}
    ours = set(names("kms", "list_keys", "Keys", "KeyId")) - of_aws
    keys = [kms.describe_key(KeyId=key)["KeyMetadata"] for key in sorted(ours)]
    vpcs = platform.client("ec2").describe_vpcs(Filters=[{"Name": "is-default", "Values": ["false"]}])["Vpcs"]
    interfaces = platform.client("ec2").describe_network_interfaces()["NetworkInterfaces"]
    left = {
        "buckets": [one for one in names("s3", "list_buckets", "Buckets", "Name") if one != platform.state_bucket],
        "keys": [key["KeyId"] for key in keys if key["KeyState"] == "Enabled"],
        "queues": names("sqs", "list_queues", "QueueUrls", ""),
        "secrets": names("secretsmanager", "list_secrets", "SecretList", "Name"),
        "roles": [
            one
            for one in names("iam", "list_roles", "Roles", "RoleName")
            if one.startswith(platform.environment.prefix)
        ],
        "functions": names("lambda", "list_functions", "Functions", "FunctionName"),
        "log groups": names("logs", "describe_log_groups", "logGroups", "logGroupName"),
        "schedules": names("scheduler", "list_schedules", "Schedules", "Name"),
        "rules": names("events", "list_rules", "Rules", "Name"),
        "alarms": names("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
        "topics": names("sns", "list_topics", "Topics", "TopicArn"),
        "networks": [vpc["VpcId"] for vpc in vpcs],
        "network interfaces": [one["NetworkInterfaceId"] for one in interfaces],
    }
    return {kind: found for kind, found in left.items() if found}


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
