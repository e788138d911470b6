"""A change in the account is found in each unit and told from a change of the tree; nothing else is reported."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.support.changed_tree import ChangedTree
from tests.support.platform import DEV, Platform

Seed = Callable[[Platform], object]
BUCKET = f"{DEV.prefix}-{DEV.account_id}-{DEV.region}"


def kms(dev: Platform) -> object:
    client = dev.client("kms")
    key = client.describe_key(KeyId=f"alias/{DEV.prefix}")["KeyMetadata"]["KeyId"]
    return client.disable_key_rotation(KeyId=key)


def s3(dev: Platform) -> object:
    return dev.client("s3").delete_bucket_lifecycle(Bucket=f"{BUCKET}-data")


def s3_artifacts(dev: Platform) -> object:
    return dev.client("s3").put_bucket_versioning(
        Bucket=f"{BUCKET}-artifacts", VersioningConfiguration={"Status": "Suspended"}
    )


def s3_logs(dev: Platform) -> object:
    blocks = {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": True,
        "BlockPublicPolicy": False,
        "RestrictPublicBuckets": True,
    }
    return dev.client("s3").put_public_access_block(Bucket=f"{BUCKET}-logs", PublicAccessBlockConfiguration=blocks)


def secrets(dev: Platform) -> object:
    return dev.client("secretsmanager").update_secret(
        SecretId=f"{DEV.prefix}-oracle-credentials", Description="mine now"
    )


def sqs(dev: Platform) -> object:
    client = dev.client("sqs")
    url = client.get_queue_url(QueueName=f"{DEV.prefix}-chunks")["QueueUrl"]
    return client.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "30"})


def iam(dev: Platform) -> object:
    client = dev.client("iam")
    role = f"{DEV.prefix}-request-handler"
    (name,) = client.list_role_policies(RoleName=role)["PolicyNames"]
    wide = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    return client.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(wide))


def network(dev: Platform) -> object:
    client = dev.client("ec2")
    named = [{"Name": "tag:component", "Values": ["network"]}]
    groups = [group["GroupId"] for group in client.describe_security_groups(Filters=named)["SecurityGroups"]]
    rules = client.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": groups}])["SecurityGroupRules"]
    rule = next(one for one in rules if one["IsEgress"])
    return client.revoke_security_group_egress(
        GroupId=rule["GroupId"], SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]]
    )


def lambda_batch_processor(dev: Platform) -> object:
    return dev.client("lambda").update_function_configuration(FunctionName=f"{DEV.prefix}-batch-processor", Timeout=60)


def lambda_request_handler(dev: Platform) -> object:
    client = dev.client("lambda")
    (mapping,) = client.list_event_source_mappings()["EventSourceMappings"]
    return client.update_event_source_mapping(UUID=mapping["UUID"], BatchSize=7)


def eventbridge(dev: Platform) -> object:
    client = dev.client("scheduler")
    (found,) = client.list_schedules()["Schedules"]
    old = client.get_schedule(Name=found["Name"], GroupName=found["GroupName"])
    kept = {key: old[key] for key in ("Name", "GroupName", "FlexibleTimeWindow", "Target", "State")}
    return client.update_schedule(**kept, ScheduleExpression="rate(5 minutes)")


def ci_roles(dev: Platform) -> object:
    return dev.client("iam").update_role(RoleName=f"{DEV.prefix}-ci-plan", MaxSessionDuration=7200)


def monitoring(dev: Platform) -> object:
    client = dev.client("cloudwatch")
    return client.delete_alarms(AlarmNames=[client.describe_alarms()["MetricAlarms"][0]["AlarmName"]])


SEEDS: dict[str, Seed] = {
    seed.__name__: seed
    for seed in (
        *(kms, s3, s3_artifacts, s3_logs, secrets, sqs, iam, network),
        *(lambda_batch_processor, lambda_request_handler, eventbridge, monitoring, ci_roles),
    )
}


def drift(tree: ChangedTree, dev: Platform, file: Path) -> tuple[int, dict[str, Any]]:
    """The exit status, and the units with what the JSON says of them."""
    issue = file.with_suffix(".md")
    done = tree.units(dev, "drift", DEV.name, "--json", str(file), "--markdown", str(issue))
    assert done.status in {0, 2}, done.printed
    assert ("differ." in issue.read_text()) is (done.status == 2)
    return done.status, {unit["unit"]: unit for unit in json.loads(file.read_text())["units"]}


def test_every_unit_has_a_seed() -> None:
    assert sorted(SEEDS) == DEV.units()


def test_drift_is_found_in_every_unit_and_nowhere_else(tree: ChangedTree, dev: Platform, tmp_path: Path) -> None:
    status, units = drift(tree, dev, tmp_path / "before.json")
    assert {name: unit["status"] for name, unit in units.items()} == dict.fromkeys(DEV.units(), "clean")
    assert status == 0
    for seed in SEEDS.values():
        seed(dev)
    status, units = drift(tree, dev, tmp_path / "after.json")
    assert {name: unit["status"] for name, unit in units.items()} == dict.fromkeys(DEV.units(), "drift")
    assert status == 2
    assert {name: unit["change"] for name, unit in units.items()} == {key: [] for key in DEV.units()}


def test_drift_is_told_from_a_tree_that_is_ahead(tree: ChangedTree, dev: Platform, tmp_path: Path) -> None:
    eventbridge(dev)
    monitoring(dev)
    tree.edit(
        f"live/{DEV.name}/monitoring/terragrunt.hcl",
        r"email_addresses = \[\]",
        'email_addresses = ["team@example.com"]',
    )
    tree.edit(f"live/{DEV.name}/kms/terragrunt.hcl", "deletion_window_days = 7", "deletion_window_days = 8")
    tree.commit()
    status, units = drift(tree, dev, tmp_path / "drift.json")
    found = {name: unit["status"] for name, unit in units.items() if unit["status"] != "clean"}
    assert found == {"eventbridge": "drift", "monitoring": "drift and change", "kms": "change"}
    assert status == 2
    (change,) = units["monitoring"]["change"]
    assert change["address"].startswith("aws_sns_topic_subscription.this")


def test_what_cannot_be_compared_is_an_error_and_no_difference(tree: ChangedTree, dev: Platform) -> None:
    done = tree.units(dev.setting(AWS_ENDPOINT_URL="https://127.0.0.1:1"), "drift", DEV.name)
    assert done.status == 1
    assert "AWS cannot be reached" in done.printed
    assert "Traceback" not in done.printed
