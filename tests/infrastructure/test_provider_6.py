"""Modules and units stay within what versions 5 and 6 of the AWS provider both accept; version 6 was never run here."""

import re
from collections.abc import Mapping

import pytest

from scripts.common.paths import MODULES, REPOSITORY
from tests.support import provider_6
from tests.support.platform import DEV
from tests.support.provider_6 import TABLE
from tests.support.rendering import rendered

DOCUMENT = REPOSITORY / "docs" / "engines.md"
SOURCES = {
    str(path.relative_to(REPOSITORY)): path.read_text(encoding="utf-8") for path in sorted(MODULES.rglob("*.tf"))
}


@pytest.fixture(scope="module")
def sources() -> Mapping[str, str]:
    """Every file of every module, and the provider block that each unit gets."""
    provider = rendered(DEV.name, "kms")["generate"]["provider"]["contents"]
    return {**SOURCES, "terragrunt.hcl (provider)": provider}


def test_nothing_is_used_that_version_6_of_the_provider_changes(sources: Mapping[str, str]) -> None:
    assert provider_6.problems(sources) == []


def test_all_that_we_use_is_read(sources: Mapping[str, str]) -> None:
    kinds = {kind for kind, _ in provider_6.used_types(sources)}
    assert kinds == {"provider", "resource", "data"}
    written = {
        found for text in SOURCES.values() for found in re.findall(r'^(resource|data) "(aws_\w+)"', text, re.MULTILINE)
    }
    assert provider_6.used_types(SOURCES) == written


def kept() -> dict[tuple[str, str], str]:
    rows = {(kind, type_): row for kind in ("resource", "data") for type_, row in TABLE[kind].items()}
    return {of: row["kept"] for of, row in rows.items() if "kept" in row}


def test_each_type_that_we_use_and_the_guide_mentions_says_how_it_is_kept_to_both() -> None:
    mentioned = {(kind, type_) for kind in ("resource", "data") for type_ in TABLE[kind]}
    assert kept().keys() == provider_6.used_types(SOURCES) & mentioned


def test_the_document_says_what_is_kept_and_that_version_6_was_not_run() -> None:
    said = " ".join(DOCUMENT.read_text(encoding="utf-8").split())
    for sentence in (*kept().values(), TABLE["provider"]["kept"], TABLE["every_type"]["kept"]):
        assert " ".join(sentence.split()).rstrip(".") in said
    assert "not run on provider 6" in said


def test_the_modules_accept_both_versions() -> None:
    for path in MODULES.glob("*/versions.tf"):
        assert 'version = ">= 5.100, < 7.0"' in path.read_text(encoding="utf-8"), path


def test_the_table_has_known_rules_only() -> None:
    rows = [TABLE["provider"], TABLE["every_type"], *TABLE["resource"].values(), *TABLE["data"].values()]
    assert len(rows) > 100
    assert {rule for row in rows for rule in row} <= provider_6.RULES


def written(kind: str, type_: str, *lines: str) -> str:
    """A block of that type."""
    labels = f'{kind} "{type_}" "x"' if type_ else f'{kind} "aws"'
    return "\n".join([f"{labels} {{", *lines, "}", ""])


def read(expression: str) -> str:
    return f"locals {{\n  a = {expression}\n}}\n"


POSTCONDITION = """
  lifecycle {
    postcondition {
      condition     = self.region == "eu-west-2"
      error_message = "Another region."
    }
  }"""


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        (
            written("resource", "aws_flow_log", 'log_group_name = "x"'),
            "resource.aws_flow_log.x: log_group_name is gone",
        ),
        (written("resource", "aws_eip", "vpc = true"), "resource.aws_eip.x: vpc is gone"),
        (
            written("resource", "aws_dms_endpoint", 'dynamic "s3_settings" {', "for_each = []", "content {}", "}"),
            "resource.aws_dms_endpoint.x: s3_settings is gone",
        ),
        (written("resource", "aws_sqs_queue", 'region = "eu-west-2"'), "resource.aws_sqs_queue.x: region is gone"),
        (written("resource", "aws_simpledb_domain"), "resource.aws_simpledb_domain.x: the type is removed"),
        (
            written("resource", "aws_redshift_cluster", "encrypted = true"),
            "resource.aws_redshift_cluster.x: publicly_accessible is default",
        ),
        (written("resource", "aws_s3_bucket", POSTCONDITION), "resource.aws_s3_bucket.x: self.region is deprecated"),
        (written("data", "aws_ami", "most_recent = true"), "data.aws_ami.x: the type is limited"),
        (
            written("data", "aws_globalaccelerator_accelerator", 'id = "x"'),
            "data.aws_globalaccelerator_accelerator.x: id is fixed",
        ),
        (written("provider", "", "endpoints {", 'sdb = "x"', "}"), "provider: endpoints.sdb is gone"),
        (
            written("provider", "", 's3_us_east_1_regional_endpoint = "legacy"'),
            "provider: s3_us_east_1_regional_endpoint is deprecated",
        ),
        (read("data.aws_region.x.name"), "data.aws_region.x.name is deprecated"),
        (read("aws_s3_bucket.x[0].region"), "aws_s3_bucket.x[0].region is deprecated"),
        (read('aws_sqs_queue.x["a"].region'), 'aws_sqs_queue.x["a"].region is gone'),
        (
            read("aws_verifiedpermissions_schema.x.definition.value"),
            "aws_verifiedpermissions_schema.x.definition is listed",
        ),
    ],
)
def test_each_rule_is_noticed_where_it_is_broken(source: str, problem: str) -> None:
    found = provider_6.problems({"main.tf": source})
    assert any(one.startswith(f"main.tf: {problem}") for one in found), found


@pytest.mark.parametrize(
    "source",
    [
        written("provider", "", 'region = "eu-west-2"', "endpoints {", 'sqs = "x"', "}"),
        written("resource", "aws_eip", 'domain = "vpc"'),
        written("resource", "aws_guardduty_organization_configuration", 'auto_enable_organization_members = "ALL"'),
        written("resource", "terraform_data", 'input = { region = "eu-west-2" }'),
        read("data.aws_region.x.id # not data.aws_region.x.name"),
    ],
)
def test_what_both_versions_accept_passes(source: str) -> None:
    assert provider_6.problems({"main.tf": source}) == []
