"""Plans as Terraform shows them, scanned by one run of Checkov with the reasons that stand in a small repository."""

import json
from pathlib import Path
from typing import Any

import pytest

from scripts.scan import plan_scan, plans
from scripts.scan.findings import Finding, Outcome, Result

SKIPPING = """
resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV_AWS_144: rows stay in their region
  bucket = var.name
}
"""
PLAIN = 'resource "aws_s3_bucket" "this" {\n  bucket = var.name\n}\n'
CALLING = 'module "bucket" {\n  source = "../skipping"\n}\n'
COMPONENTS = {
    "skips": ("skipping", ""),
    "plain": ("plain", ""),
    "calls": ("calling", ""),
    "excuses": ("plain", "  #checkov:skip=CKV_AWS_144: packages are built again\n"),
}


def resource(address: str, **values: Any) -> dict[str, Any]:
    kind, name = address.split(".")[-2:]
    return {"address": address, "mode": "managed", "type": kind, "name": name, "values": values}


def plan(resources: list[dict[str, Any]], module: str = "") -> dict[str, Any]:
    """The parts of a plan that are read: resources of the root, or of one module it calls."""
    changes = [
        {"address": one["address"], "change": {"actions": ["create"], "before": None, "after": one["values"]}}
        for one in resources
    ]
    root: dict[str, Any] = {"resources": resources}
    configuration: dict[str, Any] = {}
    if module:
        root = {"child_modules": [{"address": f"module.{module}", "resources": resources}]}
        configuration = {"module_calls": {module: {"source": "../skipping", "module": {}}}}
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": root},
        "resource_changes": changes,
        "configuration": {"root_module": configuration},
    }


BUCKET = resource("aws_s3_bucket.this", bucket="data")
IN_PRODUCTION = {"tags_all": {"environment": "not-in-live"}}
"""An environment that nobody declared to be something else is production."""
GUARD = resource("terraform_data.deletion_protection")
PLANS = {
    "test/skips": plan([BUCKET]),
    "test/plain": plan([BUCKET]),
    "test/calls": plan([resource("module.bucket.aws_s3_bucket.this", bucket="data")], "bucket"),
    "test/excuses": plan([BUCKET]),
    "live/unguarded": plan([resource("aws_s3_bucket.this", bucket="data", **IN_PRODUCTION)]),
    "live/guarded": plan([resource("aws_s3_bucket.this", bucket="data", **IN_PRODUCTION), GUARD]),
    "live/emptied": plan([resource("aws_s3_bucket.this", bucket="data", force_destroy=True, **IN_PRODUCTION), GUARD]),
    "test/timings": plan(
        [
            resource("aws_sqs_queue.this", message_retention_seconds=60, redrive_policy="aws_sqs_queue.dead.arn"),
            resource("aws_sqs_queue.dead", message_retention_seconds=60),
            resource("aws_vpc_security_group_egress_rule.this", cidr_ipv4="0.0.0.0/0"),
        ]
    ),
}


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("repository")
    for name, text in {"skipping": SKIPPING, "plain": PLAIN, "calling": CALLING}.items():
        (root / "modules" / name).mkdir(parents=True)
        (root / "modules" / name / "main.tf").write_text(text)
    (root / "live" / "_components").mkdir(parents=True)
    for unit, (module, comment) in COMPONENTS.items():
        text = f'terraform {{\n  source = format(local.common.module_source, "{module}")\n}}\n{comment}'
        (root / "live" / "_components" / f"{unit}.hcl").write_text(text)
    return root


@pytest.fixture(scope="module")
def scanned(repository: Path) -> Result:
    for name, content in PLANS.items():
        folder = repository / "plans" / name
        folder.mkdir(parents=True)
        (folder / "tfplan.json").write_text(json.dumps(content))
    return plan_scan.scan(plans.read(repository / "plans"), repository)


def one_of(scanned: Result, name: str, check_id: str) -> Finding:
    (found,) = (one for one in scanned.findings if one.scanned == name and one.check_id == check_id)
    return found


def test_a_reason_in_the_module_holds_for_its_plans(scanned: Result, repository: Path) -> None:
    found = one_of(scanned, "test/skips", "CKV_AWS_144")
    assert (found.outcome, found.reason) == (Outcome.SKIPPED, "rows stay in their region")
    assert (found.file, found.line) == (repository / "modules" / "skipping" / "main.tf", 2)


def test_a_reason_does_not_hold_for_a_resource_of_the_same_name_in_another_module(scanned: Result) -> None:
    assert one_of(scanned, "test/plain", "CKV_AWS_144").outcome is Outcome.FAILED


def test_a_reason_holds_for_plans_of_modules_that_call_the_one_it_stands_in(scanned: Result) -> None:
    assert one_of(scanned, "test/calls", "CKV_AWS_144").outcome is Outcome.SKIPPED


def test_a_reason_in_a_component_holds_for_its_units_alone(scanned: Result, repository: Path) -> None:
    found = one_of(scanned, "test/excuses", "CKV_AWS_144")
    assert (found.outcome, found.reason) == (Outcome.SKIPPED, "packages are built again")
    assert (found.file, found.line) == (repository / "live" / "_components" / "excuses.hcl", 4)


def test_a_finding_in_a_plan_names_the_source(scanned: Result, repository: Path) -> None:
    assert one_of(scanned, "test/plain", "CKV_AWS_144").file == repository / "modules" / "plain" / "main.tf"


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("live/unguarded", Outcome.FAILED),
        ("live/guarded", Outcome.PASSED),
        ("live/emptied", Outcome.FAILED),
    ],
)
def test_data_in_production_has_a_guard_in_its_plan(scanned: Result, name: str, outcome: Outcome) -> None:
    assert one_of(scanned, name, "CKV_CSV_11").outcome is outcome


def test_numbers_that_only_a_plan_knows_are_compared(scanned: Result) -> None:
    assert one_of(scanned, "test/timings", "CKV_CSV_6").outcome is Outcome.FAILED


def test_addresses_that_only_a_plan_knows_are_judged(scanned: Result) -> None:
    assert one_of(scanned, "test/timings", "CKV_CSV_5").outcome is Outcome.FAILED
