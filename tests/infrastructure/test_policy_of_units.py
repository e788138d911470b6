"""What the units hand to backends, providers and modules, as Terragrunt evaluates it, held against the policy."""

import re
from collections.abc import Sequence
from typing import Any

import pytest

from csvbatch.aws.s3_objects import STATUS_TAG
from csvbatch.pipeline.ports import Status
from scripts.common import environments
from tests.support.rendering import rendered

BUCKETS_OF_DATA = ("s3", "s3_artifacts")
HOLDING_DATA = ("kms", "s3", "s3_artifacts", "s3_logs", "secrets", "sqs")
FUNCTIONS = ("lambda_batch_processor", "lambda_request_handler")
EVERYWHERE = environments.names()
PRODUCTION = [name for name in EVERYWHERE if environments.load(name).production]

Unit = dict[str, Any]


@pytest.fixture
def unit(request: pytest.FixtureRequest) -> Unit:
    """The unit that the test is about, as `<environment>/<component>` names it."""
    environment, component = request.param.split("/")
    return rendered(environment, component)


def of(*components: str, within: Sequence[str] = EVERYWHERE) -> pytest.MarkDecorator:
    """Run the test for each of these components in each of these environments."""
    names = [f"{environment}/{component}" for environment in within for component in components]
    return pytest.mark.parametrize("unit", names, indirect=True)


# The root: every unit includes it, so one unit of each environment shows what all get.


def account_of(unit: Unit) -> str:
    return environments.load(unit["remote_state"]["config"]["key"].split("/")[1]).account_id


@of("kms")
def test_the_state_is_read_and_written_in_the_environment_s_account_alone(unit: Unit) -> None:
    assert unit["remote_state"]["config"]["allowed_account_ids"] == [account_of(unit)]


@of("kms")
def test_the_provider_touches_the_environment_s_account_alone(unit: Unit) -> None:
    allowed = re.findall(r"^\s*allowed_account_ids = (.+)$", unit["generate"]["provider"]["contents"], re.MULTILINE)
    assert allowed == [f'["{account_of(unit)}"]']


@of("kms")
def test_the_state_is_encrypted(unit: Unit) -> None:
    assert unit["remote_state"]["config"]["encrypt"] is True
    assert unit["remote_state"]["config"]["bucket_sse_algorithm"] in ("AES256", "aws:kms")


@of("kms")
def test_the_state_is_locked_by_the_table_and_by_its_own_lock_file(unit: Unit) -> None:
    assert unit["remote_state"]["config"]["dynamodb_table"]
    assert unit["remote_state"]["config"]["use_lockfile"] is True


@of("kms")
def test_the_table_of_the_locks_is_encrypted(unit: Unit) -> None:
    assert unit["remote_state"]["config"]["enable_lock_table_ssencryption"] is True


@of("kms")
def test_the_bucket_of_the_state_keeps_what_terragrunt_protects_it_with(unit: Unit) -> None:
    skipped = {name for name, value in unit["remote_state"]["config"].items() if name.startswith("skip_") and value}
    # Without it Terragrunt would give the account's root every right on the bucket, which it has anyhow.
    assert skipped == {"skip_bucket_root_access"}


@of("kms")
def test_the_provider_is_pinned_to_one_version(unit: Unit) -> None:
    assert re.search(r'version = "\d+\.\d+\.\d+"', unit["generate"]["provider_version"]["contents"])


@of("lambda_request_handler", "monitoring")
def test_no_apply_takes_a_mock(unit: Unit) -> None:
    commands = [set(one["mock_outputs_allowed_terraform_commands"]) for one in unit["dependency"].values()]
    assert commands
    assert not set.union(*commands) & {"apply", "import", "refresh", "taint", "untaint"}


# What holds data in production outlives mistakes.


@of(*HOLDING_DATA, within=PRODUCTION)
def test_what_holds_data_in_production_is_protected_from_destruction(unit: Unit) -> None:
    assert unit["inputs"]["deletion_protection"] is True
    assert unit["inputs"].get("force_destroy", False) is False


@of("kms", within=PRODUCTION)
def test_the_key_of_production_can_be_brought_back_for_30_days(unit: Unit) -> None:
    assert unit["inputs"]["deletion_window_days"] == 30


@of("secrets", within=PRODUCTION)
def test_the_secret_of_production_can_be_brought_back_for_30_days(unit: Unit) -> None:
    assert unit["inputs"]["recovery_window_days"] == 30


@of("monitoring", within=PRODUCTION)
def test_alarms_of_production_reach_somebody(unit: Unit) -> None:
    assert unit["inputs"]["require_target"] is True
    assert any(unit["inputs"]["notify"].values())


@of(*FUNCTIONS, within=PRODUCTION)
def test_functions_of_production_log_no_details_and_keep_logs_for_a_year(unit: Unit) -> None:
    assert unit["inputs"]["log_level"] == "INFO"
    assert unit["inputs"]["log_retention_days"] >= 365


# Rows are personal data: where they travel, and when they are gone.


@of(*FUNCTIONS)
def test_rows_travel_to_oracle_encrypted(unit: Unit) -> None:
    assert unit["inputs"]["oracle"]["protocol"] == "tcps"


@of("network")
def test_the_network_keeps_flow_logs_and_opens_no_port_of_oracle_without_tls(unit: Unit) -> None:
    assert unit["inputs"]["flow_log_bucket_arn"] is not None
    assert unit["inputs"]["oracle"]["port"] == 2484


@of(*BUCKETS_OF_DATA)
def test_buckets_of_data_are_encrypted_with_the_key_and_log_every_request(unit: Unit) -> None:
    assert unit["inputs"]["kms_key_arn"] is not None
    assert unit["inputs"]["access_log"]["bucket"] == "mock-logs"


def rules_for(unit: Unit, prefix: str) -> list[dict[str, Any]]:
    """The lifecycle rules that can reach an object below the prefix."""
    rules = unit["inputs"]["lifecycle_rules"]
    return [rule for rule in rules if not rule.get("prefix") or prefix.startswith(rule["prefix"])]


@of("s3")
def test_a_file_that_was_not_dealt_with_never_expires(unit: Unit) -> None:
    expiring = [rule for rule in rules_for(unit, "incoming/") if rule.get("expiration_days")]
    statuses = [rule.get("tags", {}).get("status") for rule in expiring]
    assert sorted(statuses, key=str) == ["processed", "processed-with-rejects", "refused"]


@of("s3")
def test_a_file_that_was_dealt_with_leaves_the_listing_that_sweeps_read(unit: Unit) -> None:
    """First a delete marker hides it, and then its version is deleted, by age alone; the module removes the marker.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-expire-general-considerations
    """
    rules = rules_for(unit, "incoming/")
    deleted = [rule["noncurrent_expiration_days"] for rule in rules if not rule.get("tags")]
    for status in Status:
        hidden = [rule["expiration_days"] for rule in rules if rule.get("tags") == {STATUS_TAG: status.value}]
        assert min(hidden) + min(deleted) <= 60


@of("s3")
def test_a_version_outlives_every_message_that_can_name_it(unit: Unit) -> None:
    queue = rendered(unit["remote_state"]["config"]["key"].split("/")[1], "sqs")["inputs"]
    longest = queue["message_retention_seconds"] + queue["dead_letter_retention_seconds"]
    days = [days for rule in rules_for(unit, "incoming/") if (days := rule.get("noncurrent_expiration_days"))]
    assert days
    assert min(days) * 86400 > longest


@of("s3")
def test_rejected_rows_are_gone_after_30_days_with_their_old_versions(unit: Unit) -> None:
    rules = rules_for(unit, "rejected/")
    assert [rule["expiration_days"] <= 30 for rule in rules if rule.get("expiration_days")] == [True]
    assert [rule["noncurrent_expiration_days"] <= 1 for rule in rules if rule.get("noncurrent_expiration_days")] == [
        True
    ]


@of("s3")
def test_unpacked_files_are_gone_when_no_message_can_name_them(unit: Unit) -> None:
    rules = rules_for(unit, "work/")
    assert [rule["expiration_days"] <= 30 for rule in rules if rule.get("expiration_days")] == [True]


# No message is lost, and none is hidden for less time than it is worked on.


@of("sqs")
def test_messages_stay_hidden_for_6_timeouts_and_dead_letters_outlive_them(unit: Unit) -> None:
    queue = unit["inputs"]
    assert queue["visibility_timeout_seconds"] >= 6 * queue["consumer_timeout_seconds"]
    assert queue["dead_letter_retention_seconds"] > queue["message_retention_seconds"]
    assert queue["message_retention_seconds"] > queue["max_receive_count"] * queue["visibility_timeout_seconds"]
    assert queue["max_receive_count"] >= 5


@of("lambda_request_handler")
def test_the_handler_knows_the_queue_it_reads(unit: Unit) -> None:
    queue = rendered(unit["inputs"]["environment_name"], "sqs")["inputs"]
    assert unit["inputs"]["timeout_seconds"] == queue["consumer_timeout_seconds"]
    assert unit["inputs"]["max_receive_count"] == queue["max_receive_count"]
    assert unit["inputs"]["visibility_timeout_seconds"] == queue["visibility_timeout_seconds"]


@of("eventbridge")
def test_starts_that_fail_are_tried_again(unit: Unit) -> None:
    assert unit["inputs"]["retry"]["maximum_attempts"] >= 1


@of("monitoring")
def test_every_queue_of_dead_letters_is_watched(unit: Unit) -> None:
    watched = unit["inputs"]
    assert watched["queue"]["dead_letter_name"] == "mock-dead-letters"
    assert watched["schedules"]["dead_letter_queue_name"] == "mock-events-dead-letters"
    assert {one["dead_letter_queue_name"] for one in watched["functions"].values()} == {
        "mock-batch-processor-dead-letters",
        "mock-request-handler-dead-letters",
    }
