"""Each of this project's own checks finds every fault of its failing fixture, and none in its passing one."""

import re

import pytest

from scripts.scan import hcl
from scripts.scan.checkov_run import CHECKS, COVERAGE_CHECK
from scripts.scan.findings import Outcome
from scripts.scan.sources import RULES
from tests.integration.scan.found import FIXTURES, Found

FAULTS = {
    "CKV_CSV_1": {
        "aws_lambda_event_source_mapping.without_partial_responses",
        "aws_lambda_event_source_mapping.without_maximum_concurrency",
    },
    "CKV_CSV_2": {
        "aws_lambda_event_source_mapping.a_second_short",
        "aws_lambda_event_source_mapping.with_the_default_of_30_seconds",
        "aws_lambda_event_source_mapping.unstated",
        "aws_lambda_event_source_mapping.stated_three_times",
        "aws_sqs_queue.unstated",
    },
    "CKV_CSV_3": {
        "aws_scheduler_schedule.without_retry",
        "aws_scheduler_schedule.without_dead_letters",
        "aws_scheduler_schedule.that_never_tries_again",
        "aws_cloudwatch_event_target.without_retry",
        "aws_cloudwatch_event_target.without_dead_letters",
    },
    "CKV_CSV_4": {"aws_vpc_endpoint.without_policy"},
    "CKV_CSV_5": {
        "aws_vpc_security_group_egress_rule.ipv4",
        "aws_vpc_security_group_egress_rule.ipv6",
        "aws_vpc_security_group_egress_rule.half_of_it",
        "aws_security_group_rule.old_form",
        "aws_security_group.inline",
        "aws_route.to_the_internet",
    },
    "CKV_CSV_6": {
        "aws_sqs_queue.as_long",
        "aws_sqs_queue.both_by_default",
        "aws_sqs_queue.unstated",
        "aws_sqs_queue.stated_as_long",
        "aws_sqs_queue.stated_of_something_else",
    },
    "CKV_CSV_7": {
        "aws_iam_policy_document.action",
        "aws_iam_policy_document.resource",
        "aws_iam_policy_document.comment_about_another_line",
        "aws_iam_policy_document.principal",
        "aws_iam_role_policy.json",
        "locals",
    },
    "CKV_CSV_8": {
        "aws_lambda_function.password",
        "aws_lambda_function.address_with_a_password",
        "aws_lambda_function.decoded_secret",
    },
    "CKV_CSV_9": {
        "variable.database_password",
        "variable.database_url",
        "output.oracle_password",
        "output.login",
        "locals",
    },
    "CKV_CSV_10": {
        "aws_cloudwatch_log_group.kept_for_ever",
        "aws_cloudwatch_log_group.without_retention",
        "aws_cloudwatch_log_group.without_key",
    },
    "CKV_CSV_11": {
        "aws_s3_bucket.data",
        "aws_kms_key.without_guard",
        "aws_secretsmanager_secret.without_guard",
    },
    "CKV_CSV_12": {"aws_s3_bucket.without_reason"},
    "CKV_CSV_13": {
        "aws_security_group.group",
        "aws_security_group.inline",
        "aws_vpc_security_group_egress_rule.apostrophe",
        "aws_vpc_security_group_ingress_rule.accent",
        "aws_security_group_rule.too_long",
    },
}


@pytest.mark.parametrize("check_id", FAULTS)
def test_a_check_finds_every_fault_of_its_failing_fixture(check_id: str, found: Found) -> None:
    assert {one.resource for one in found(check_id, "fails", Outcome.FAILED)} == FAULTS[check_id]


@pytest.mark.parametrize("check_id", FAULTS)
def test_a_check_passes_its_passing_fixture(check_id: str, found: Found) -> None:
    assert found(check_id, "passes", Outcome.FAILED) == []
    assert found(check_id, "passes", Outcome.PASSED), "it judged nothing there"


def test_every_check_has_fixtures_and_a_list_of_their_faults() -> None:
    stated = {found for file in CHECKS.glob("*.py") for found in re.findall(r'"(CKV_CSV_\d+)"', file.read_text())}
    stated |= {*RULES, hcl.SKIPS}
    assert stated - {COVERAGE_CHECK} == set(FAULTS) == {path.name for path in FIXTURES.iterdir()}


def test_a_finding_names_the_line_of_the_wildcard(found: Found) -> None:
    for one in found("CKV_CSV_7", "fails", Outcome.FAILED):
        assert "*" in one.file.read_text(encoding="utf-8").splitlines()[one.line - 1]
