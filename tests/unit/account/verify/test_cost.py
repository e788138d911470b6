"""The estimate: planned resources times prices, with nothing that has no price counted as free."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.account.verify import cost
from scripts.common.errors import UserError
from scripts.common.paths import MODULES
from scripts.scan import sources
from scripts.scan.plans import Plan

PRICES = yaml.safe_load(cost.PRICES.read_text(encoding="utf-8"))


def plan(*resources: tuple[str, dict[str, Any]]) -> Plan:
    planned = [
        {"address": f"{kind}.{number}", "type": kind, "mode": "managed", "values": values}
        for number, (kind, values) in enumerate(resources)
    ]
    content = {"planned_values": {"root_module": {"child_modules": [{"resources": planned}]}}}
    return Plan("other", "unit", Path("tfplan.json"), content)


def test_an_interface_endpoint_is_billed_in_each_zone() -> None:
    endpoint = ("aws_vpc_endpoint", {"vpc_endpoint_type": "Interface", "subnet_ids": ["a", "b", "c"]})
    (line,) = cost.of_plans([plan(endpoint)], "us-east-1").lines
    assert (line.resources, line.units, line.per_hour) == (1, 3, Decimal("0.03"))


def test_zones_that_are_not_known_yet_are_those_of_the_subnets_that_are_planned() -> None:
    endpoint = ("aws_vpc_endpoint", {"vpc_endpoint_type": "Interface"})
    estimate = cost.of_plans([plan(endpoint, endpoint, ("aws_subnet", {}), ("aws_subnet", {}))], "us-east-1")
    (line,) = estimate.lines
    assert (line.resources, line.units, estimate.resources) == (2, 4, 4)


def test_a_gateway_endpoint_has_no_price() -> None:
    estimate = cost.of_plans([plan(("aws_vpc_endpoint", {"vpc_endpoint_type": "Gateway"}))], "us-east-1")
    assert estimate.lines == []
    assert estimate.part_of_others == {"aws_vpc_endpoint": 1}


def test_an_alarm_is_billed_for_each_metric_that_it_reads() -> None:
    one = ("aws_cloudwatch_metric_alarm", {"metric_name": "Errors", "metric_query": []})
    queries = [{"metric": [{}]}, {"metric": [{}]}, {"expression": "a + b", "metric": []}]
    (line,) = cost.of_plans([plan(one, ("aws_cloudwatch_metric_alarm", {"metric_query": queries}))], "us-east-1").lines
    assert (line.resources, line.units) == (2, 3)


def test_a_price_by_month_is_spread_over_its_hours() -> None:
    estimate = cost.of_plans([plan(("aws_kms_key", {}), ("aws_kms_key", {}))], "us-east-1")
    assert estimate.per_hour == Decimal(2) / 730


def test_a_type_without_a_price_is_said_to_be_unknown() -> None:
    estimate = cost.of_plans([plan(("aws_quantum_computer", {}), ("aws_sqs_queue", {}))], "eu-west-1")
    assert estimate.not_estimated == {"aws_quantum_computer": 1}
    assert estimate.by_use == {"aws_sqs_queue": 1}
    assert "not estimated: aws_quantum_computer" in str(estimate)
    assert estimate.as_json()["not_estimated"] == {"aws_quantum_computer": 1}
    assert "1 aws_quantum_computer" in str(estimate.as_table().caption)


def test_prices_of_another_region_are_said_to_be_so() -> None:
    alarm = plan(("aws_cloudwatch_metric_alarm", {}))
    assert "Prices of us-east-1; eu-west-1 may differ" in str(cost.of_plans([alarm], "eu-west-1").as_table().caption)
    assert "may differ" not in str(cost.of_plans([alarm], "us-east-1").as_table().caption)


def test_every_type_that_the_modules_make_is_classified_once() -> None:
    made = {block.address.partition(".")[0] for block in sources.blocks(sources.terraform_files(MODULES))
            if block.kind == "resource"}  # fmt: skip
    known = [*PRICES["prices"], *PRICES["by_use"], *PRICES["part_of_others"]]
    assert len(known) == len(set(known))
    assert made - set(known) == {"aws_route53_resolver_rule_association", "aws_secretsmanager_secret_rotation"}


def test_a_price_without_its_page_is_refused(tmp_path: Path) -> None:
    price = {name: value for name, value in PRICES["prices"]["aws_kms_key"].items() if name != "page"}
    file = tmp_path / "prices.yaml"
    file.write_text(yaml.safe_dump({**PRICES, "prices": {"aws_kms_key": price}}), encoding="utf-8")
    with pytest.raises(UserError, match="aws_kms_key has no page"):
        cost.of_plans([], "us-east-1", file)
