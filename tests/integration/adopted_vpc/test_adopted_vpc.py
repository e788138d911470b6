"""An environment in a VPC that is there already: planned where its ids name nothing, applied where they do."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.common import environments
from scripts.common.paths import REPOSITORY
from tests.support.moments import bootstrapped
from tests.support.platform import TOOLCHAIN, Platform, Ran, running
from tests.support.variants import variant

NAME = environments.names()[0]
UNIT = f"live/{NAME}/network/terragrunt.hcl"
UNKNOWN = {
    "vpc": "vpc-0123456789abcdef0",
    "subnets": '"subnet-0aaaaaaaaaaaaaaa1", "subnet-0bbbbbbbbbbbbbbb1"',
    "table": "rtb-0123456789abcdef0",
}


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    cache = tmp_path_factory.mktemp("cache")
    with running(NAME, cache, bootstrapped(NAME, cache)) as started:
        yield started


def adopting(folder: Path, ids: dict[str, str]) -> Path:
    """A copy of the configuration whose environment adopts a VPC; gives its unit of the network."""
    text = (REPOSITORY / UNIT).read_text(encoding="utf-8")
    inputs = text[text.index("inputs = {") :]
    adopted = f"""inputs = {{
  existing_vpc = {{
    vpc_id          = "{ids["vpc"]}"
    subnet_ids      = [{ids["subnets"]}]
    route_table_ids = ["{ids["table"]}"]
  }}
  endpoints = {{ s3 = true, s3_policy = "account", sqs = true, secretsmanager = true, private_dns = false }}
}}
"""
    return variant(folder, {UNIT: (inputs, adopted)}) / NAME / "network"


def terragrunt(platform: Platform, unit: Path, *arguments: str) -> Ran:
    return platform.run([str(TOOLCHAIN["terragrunt"]), *arguments], unit, 300)


def test_it_is_planned_on_a_local_aws_that_knows_no_such_vpc(platform: Platform, tmp_path: Path) -> None:
    planned = terragrunt(platform, adopting(tmp_path, UNKNOWN), "plan").expect_success()
    assert re.search(r"Plan: [1-9]\d* to add, 0 to change, 0 to destroy", planned.printed)
    assert f'"{UNKNOWN["vpc"]}"' in planned.printed
    assert "aws_vpc.this" not in planned.printed


def test_its_plan_is_scanned_clean(platform: Platform, tmp_path: Path) -> None:
    unit = adopting(tmp_path, UNKNOWN)
    plans = tmp_path / "plans"
    made = str(plans / "adopting" / "network")
    scanning = platform.setting(CSVBATCH_MOCKS_IN_SAVED_PLANS="scan")
    plan = ("run", "--all", "--json-out-dir", made, "--", "plan", "-lock=false")
    terragrunt(scanning, unit, *plan).expect_success()
    scanned = subprocess.run(
        ["policy-scan", "--plans", str(plans), "--reports", str(tmp_path / "reports")],
        env=dict(os.environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert scanned.returncode == 0, scanned.stdout + scanned.stderr


def looking_up(unit: Path) -> Path:
    """The same unit as a real account would plan it."""
    component = unit.parents[1] / "_components" / "network.hcl"
    text = component.read_text(encoding="utf-8")
    looked_up = 'look_up_existing_vpc = get_env("CSVBATCH_AWS", "") != "local"'
    assert looked_up in text
    component.write_text(text.replace(looked_up, "look_up_existing_vpc = true"), encoding="utf-8")
    return unit


def test_a_vpc_that_is_not_there_is_refused_where_it_is_looked_up(platform: Platform, tmp_path: Path) -> None:
    refused = terragrunt(platform, looking_up(adopting(tmp_path, UNKNOWN)), "plan")
    assert refused.status != 0
    assert "no matching EC2 VPC found" in refused.printed


def test_a_vpc_that_is_there_is_adopted(platform: Platform, tmp_path: Path) -> None:
    ec2 = platform.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/22")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    subnets = [
        ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"10.9.{index}.0/24", AvailabilityZone=f"{platform.environment.region}{zone}"
        )["Subnet"]["SubnetId"]
        for index, zone in enumerate("ab")
    ]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ids = {"vpc": vpc, "subnets": ", ".join(f'"{subnet}"' for subnet in subnets), "table": table}
    planned = terragrunt(platform, looking_up(adopting(tmp_path, ids)), "plan").expect_success()
    assert re.search(r"Plan: [1-9]\d* to add, 0 to change, 0 to destroy", planned.printed)
