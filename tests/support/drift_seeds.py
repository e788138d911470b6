"""A change by hand in the account for each unit, which its state does not know."""

import json
from collections.abc import Callable

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
    schedule = dev.only_schedule()
    kept = {key: schedule[key] for key in ("Name", "GroupName", "FlexibleTimeWindow", "Target", "State")}
    return dev.client("scheduler").update_schedule(**kept, ScheduleExpression="rate(5 minutes)")


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
