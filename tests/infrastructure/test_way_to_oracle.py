"""Where Oracle is and how it is talked to stands in env.hcl, and network and functions agree on it."""

import ipaddress
import itertools
from pathlib import Path
from typing import Any

import pytest

from csvbatch.store.url import OracleAddress, parse_url
from scripts.common import environments
from scripts.common.paths import LIVE
from tests.support.rendering import rendered
from tests.support.variants import variant

ENVIRONMENTS = environments.names()
ANY = ENVIRONMENTS[0]
FUNCTIONS = ("lambda_batch_processor", "lambda_request_handler")
LAYER = "arn:aws:lambda:eu-west-2:123456789012:layer:oracle-client:3"


def subnets_of(network: dict[str, Any]) -> list[ipaddress.IPv4Network]:
    """The subnets that the module makes: the first quarters of the VPC, one for each zone."""
    quarters = ipaddress.IPv4Network(network["vpc"]["cidr"]).subnets(prefixlen_diff=2)
    return list(itertools.islice(quarters, len(network["vpc"]["availability_zones"])))


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_functions_can_reach_oracle_where_the_example_says_it_is(environment: str) -> None:
    network = rendered(environment, "network")["inputs"]
    ranges = [ipaddress.IPv4Network(cidr) for cidr in network["oracle"]["cidrs"]]
    local = [one for one in ranges if any(one.subnet_of(subnet) for subnet in subnets_of(network))]
    assert ranges
    assert network["oracle_routes"] is not None or local == ranges


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_functions_call_the_port_that_the_network_opens(environment: str, function: str) -> None:
    opened = rendered(environment, "network")["inputs"]["oracle"]["port"]
    assert rendered(environment, function)["inputs"]["oracle"]["port"] == opened


@pytest.fixture(scope="module")
def private_authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment whose database has a private authority and another schema, is Autonomous, and wears a group."""
    text = (LIVE / ANY / "env.hcl").read_text(encoding="utf-8")
    start = text.index("  oracle = {")
    block = text[start : text.index("\n  }\n", start) + 5]
    oracle = f"""  oracle = {{
    host              = "adb.example.internal"
    port              = 1522
    protocol          = "tcps"
    service_name      = "db_high.adb.example.com"
    schema            = "LOADER"
    wallet            = "/opt/wallet"
    thick             = true
    layer_arns        = ["{LAYER}"]
    security_group_id = "sg-0123456789abcdef0"
  }}
"""
    return variant(tmp_path_factory.mktemp("private"), {f"live/{ANY}/env.hcl": (block, oracle)})


@pytest.mark.parametrize("function", FUNCTIONS)
def test_wallet_schema_and_thick_mode_reach_the_functions(private_authority: Path, function: str) -> None:
    inputs = rendered(ANY, function, private_authority)["inputs"]
    assert inputs["layer_arns"] == [LAYER]
    assert inputs["oracle"] == {
        "host": "adb.example.internal",
        "port": 1522,
        "protocol": "tcps",
        "service_name": "db_high.adb.example.com",
        "schema": "LOADER",
        "wallet": "/opt/wallet",
        "thick": True,
    }


def test_a_security_group_reaches_the_network_in_place_of_addresses(private_authority: Path) -> None:
    inputs = rendered(ANY, "network", private_authority)["inputs"]
    assert inputs["oracle"] == {"cidrs": [], "port": 1522, "security_group_id": "sg-0123456789abcdef0"}
    assert inputs["oracle_routes"] is None


def test_the_functions_read_the_address_that_terraform_writes() -> None:
    """The address is the one that modules/lambda_function/tests/function.tftest.hcl expects of these settings."""
    url = (
        "oracle://oracle.example.internal:1522/db_high.adb.example.com"
        "?protocol=tcps&schema=LOADER%241&wallet=%2Fopt%2Foracle%2Fwallet&thick=true"
    )
    assert parse_url(url).address == OracleAddress(
        host="oracle.example.internal",
        port=1522,
        service="db_high.adb.example.com",
        protocol="tcps",
        wallet="/opt/oracle/wallet",
        schema="LOADER$1",
        thick=True,
    )
