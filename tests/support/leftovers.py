"""What an environment has left on an AWS."""

from typing import Any

from tests.support.platform import Platform


def what_is_left(platform: Platform) -> dict[str, list[str]]:
    """The resources of every service the platform uses that are not the backend's or waiting for deletion."""

    def names(service: str, operation: str, items: str, name: str, **arguments: Any) -> list[str]:
        pages = platform.client(service).get_paginator(operation).paginate(**arguments)
        return sorted(item[name] if name else item for page in pages for item in page.get(items, []))

    kms = platform.client("kms")
    aliases = kms.get_paginator("list_aliases").paginate().search("Aliases[]")
    of_aws = {alias["TargetKeyId"] for alias in aliases if alias["AliasName"].startswith("alias/aws/")}
    ours = set(names("kms", "list_keys", "Keys", "KeyId")) - of_aws
    keys = [kms.describe_key(KeyId=key)["KeyMetadata"] for key in sorted(ours)]
    vpcs = platform.client("ec2").describe_vpcs(Filters=[{"Name": "is-default", "Values": ["false"]}])["Vpcs"]
    interfaces = platform.client("ec2").describe_network_interfaces()["NetworkInterfaces"]
    left = {
        "buckets": [one for one in names("s3", "list_buckets", "Buckets", "Name") if one != platform.state_bucket],
        "keys": [key["KeyId"] for key in keys if key["KeyState"] == "Enabled"],
        "queues": names("sqs", "list_queues", "QueueUrls", ""),
        "secrets": names("secretsmanager", "list_secrets", "SecretList", "Name"),
        "roles": [
            one
            for one in names("iam", "list_roles", "Roles", "RoleName")
            if one.startswith(platform.environment.prefix)
        ],
        "functions": names("lambda", "list_functions", "Functions", "FunctionName"),
        "log groups": names("logs", "describe_log_groups", "logGroups", "logGroupName"),
        "schedules": names("scheduler", "list_schedules", "Schedules", "Name"),
        "rules": names("events", "list_rules", "Rules", "Name"),
        "alarms": names("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
        "topics": names("sns", "list_topics", "Topics", "TopicArn"),
        "networks": [vpc["VpcId"] for vpc in vpcs],
        "network interfaces": [one["NetworkInterfaceId"] for one in interfaces],
    }
    return {kind: found for kind, found in left.items() if found}
