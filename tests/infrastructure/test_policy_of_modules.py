"""What no plan shows and no `terraform test` can ask for, read from the modules' text."""

import re

import pytest

from scripts.common.paths import REPOSITORY

MODULES = REPOSITORY / "modules"
GUARD = re.compile(r'^resource "terraform_data" "deletion_protection" \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("module", ["kms", "s3", "secrets", "sqs"])
def test_the_guard_of_what_holds_data_may_itself_not_be_destroyed(module: str) -> None:
    guard = GUARD.search((MODULES / module / "main.tf").read_text(encoding="utf-8"))
    assert guard, f"modules/{module} has no guard"
    assert re.search(r"^  lifecycle \{\n    prevent_destroy = true\n  \}$", guard[1], re.MULTILINE)


def test_no_module_leads_to_the_internet_or_takes_calls_from_it() -> None:
    ways = re.compile(r'^resource "(aws_(?:egress_only_)?internet_gateway|aws_nat_gateway|aws_eip)"', re.MULTILINE)
    made = {path: ways.findall(path.read_text(encoding="utf-8")) for path in sorted(MODULES.glob("*/*.tf"))}
    assert {path.relative_to(MODULES): found for path, found in made.items() if found} == {}
