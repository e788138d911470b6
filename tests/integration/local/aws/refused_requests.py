"""Requests that AWS refuses: service, error code, and the call. Each breaks one rule."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.integration.local.aws.served import REGION, Aws

ROLE = "arn:aws:iam::111111111111:role/reader"
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})
LONG = "x" * 5000


@dataclass(frozen=True, slots=True)
class Refused:
    """One request; `prepare` makes what it needs and gives it to `call`."""

    name: str
    service: str
    code: str
    call: Callable[[Any, Any], object]
    prepare: Callable[[Aws], Any] = lambda aws: None

    def __str__(self) -> str:
        return f"{self.service}: {self.name}"


def _group(aws: Aws) -> str:
    ec2 = aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    return str(ec2.create_security_group(GroupName="group", Description="group", VpcId=vpc)["GroupId"])


def _vpc(aws: Aws) -> str:
    return str(aws("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"])


def _queue(aws: Aws) -> str:
    return str(aws("sqs").create_queue(QueueName="queue", Attributes={"VisibilityTimeout": "30"})["QueueUrl"])


def _bucket(aws: Aws) -> str:
    aws("s3").create_bucket(Bucket="bucket-x", CreateBucketConfiguration={"LocationConstraint": REGION})
    return "bucket-x"


def _role(aws: Aws) -> str:
    return str(aws("iam").create_role(RoleName="reader", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"])


def _key(aws: Aws) -> str:
    return str(aws("kms").create_key()["KeyMetadata"]["KeyId"])


def _topic(aws: Aws) -> str:
    return str(aws("sns").create_topic(Name="topic")["TopicArn"])


def _log_group(aws: Aws) -> str:
    aws("logs").create_log_group(logGroupName="/group")
    return "/group"


def _rule(aws: Aws) -> str:
    aws("events").put_rule(Name="rule", ScheduleExpression="rate(1 minute)")
    return "rule"


def _function(aws: Aws) -> str:
    _role(aws)
    aws("lambda").create_function(**_function_arguments())
    return "function"


def _function_and_queue(aws: Aws) -> str:
    _function(aws)
    _queue(aws)
    return f"arn:aws:sqs:{REGION}:111111111111:queue"


def _function_arguments(**changes: Any) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "FunctionName": "function",
        "Role": ROLE,
        "Runtime": "python3.13",
        "Handler": "module.handler",
        "Timeout": 60,
        "Code": {"ZipFile": b"PK\x05\x06" + b"\0" * 18},
    }
    return arguments | changes


def _permission(**changes: Any) -> list[dict[str, Any]]:
    return [{"IpProtocol": "tcp", "FromPort": 1, "ToPort": 2, "IpRanges": [{"CidrIp": "10.0.0.0/8", **changes}]}]


def _alarm(**changes: Any) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "AlarmName": "alarm",
        "ComparisonOperator": "GreaterThanThreshold",
        "EvaluationPeriods": 1,
        "MetricName": "metric",
        "Namespace": "namespace",
        "Period": 60,
        "Statistic": "Sum",
        "Threshold": 1.0,
    }
    return arguments | changes


def _schedule(**changes: Any) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "Name": "schedule",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ScheduleExpression": "rate(5 minutes)",
        "Target": {"Arn": f"arn:aws:lambda:{REGION}:111111111111:function:function", "RoleArn": ROLE},
    }
    return arguments | changes


def _policy(size: int) -> str:
    """A policy of that many characters, white space not counted."""
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/"}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    statement["Resource"] += "x" * (size - len(json.dumps(policy, separators=(",", ":"))))
    return json.dumps(policy)


def _trust(size: int) -> str:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}, "Sid": ""}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    statement["Sid"] = "x" * (size - len(json.dumps(policy, separators=(",", ":"))))
    return json.dumps(policy)


def _redrive(**policy: Any) -> dict[str, str]:
    return {"RedrivePolicy": json.dumps(policy)}


DEAD = f"arn:aws:sqs:{REGION}:111111111111:dead"
REQUESTS = [
    # EC2
    Refused(
        "an apostrophe in a rule's description",
        "ec2",
        "InvalidParameterValue",
        lambda ec2, group: ec2.authorize_security_group_ingress(
            GroupId=group, IpPermissions=_permission(Description="Oracle's port")
        ),
        _group,
    ),
    Refused(
        "a rule's description of 256 characters",
        "ec2",
        "InvalidParameterValue",
        lambda ec2, group: ec2.authorize_security_group_egress(
            GroupId=group, IpPermissions=_permission(Description="x" * 256)
        ),
        _group,
    ),
    Refused(
        "a letter beyond ASCII in a rule's description",
        "ec2",
        "InvalidParameterValue",
        lambda ec2, group: ec2.authorize_security_group_ingress(
            GroupId=group, IpPermissions=_permission(Description="Zürich")
        ),
        _group,
    ),
    Refused(
        "an apostrophe in a group's description",
        "ec2",
        "InvalidParameterValue",
        lambda ec2, vpc: ec2.create_security_group(GroupName="a", Description="it's", VpcId=vpc),
        _vpc,
    ),
    Refused(
        "a quotation mark in a group's description",
        "ec2",
        "InvalidParameterValue",
        lambda ec2, vpc: ec2.create_security_group(GroupName="a", Description='the "group"', VpcId=vpc),
        _vpc,
    ),
    Refused(
        "a group's description of 256 characters",
        "ec2",
        "InvalidParameterValue",
        lambda ec2, vpc: ec2.create_security_group(GroupName="a", Description="x" * 256, VpcId=vpc),
        _vpc,
    ),
    Refused(
        "a group's name that begins with sg-",
        "ec2",
        "InvalidParameterValue",
        lambda ec2, vpc: ec2.create_security_group(GroupName="sg-a", Description="a", VpcId=vpc),
        _vpc,
    ),
    Refused("a VPC of a /8", "ec2", "InvalidVpcRange", lambda ec2, _: ec2.create_vpc(CidrBlock="10.0.0.0/8")),
    Refused(
        "a subnet of a /29",
        "ec2",
        "InvalidSubnet.Range",
        lambda ec2, vpc: ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/29"),
        _vpc,
    ),
    Refused(
        "a tag whose key begins with aws:",
        "ec2",
        "InvalidTagKey.Malformed",
        lambda ec2, vpc: ec2.create_tags(Resources=[vpc], Tags=[{"Key": "aws:mine", "Value": "x"}]),
        _vpc,
    ),
    Refused(
        "a tag's value of 257 characters",
        "ec2",
        "InvalidParameterValue",
        lambda ec2, vpc: ec2.create_tags(Resources=[vpc], Tags=[{"Key": "mine", "Value": "x" * 257}]),
        _vpc,
    ),
    # SQS
    *(
        Refused(
            f"{name} of {value}",
            "sqs",
            "InvalidAttributeValue",
            lambda sqs, _, name=name, value=value: sqs.create_queue(QueueName="q", Attributes={name: value}),
        )
        for name, value in (
            ("VisibilityTimeout", "43201"),
            ("MessageRetentionPeriod", "59"),
            ("MessageRetentionPeriod", "1209601"),
            ("DelaySeconds", "901"),
            ("ReceiveMessageWaitTimeSeconds", "21"),
            ("KmsDataKeyReusePeriodSeconds", "59"),
            ("MaximumMessageSize", "1023"),
        )
    ),
    Refused(
        "a later visibility timeout of 43,201 s",
        "sqs",
        "InvalidAttributeValue",
        lambda sqs, url: sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "43201"}),
        _queue,
    ),
    *(
        Refused(
            f"a redrive policy {what}",
            "sqs",
            "InvalidAttributeValue",
            lambda sqs, url, policy=policy: sqs.set_queue_attributes(QueueUrl=url, Attributes=policy),
            _queue,
        )
        for what, policy in (
            ("with 0 receives", _redrive(deadLetterTargetArn=DEAD, maxReceiveCount=0)),
            ("with 1,001 receives", _redrive(deadLetterTargetArn=DEAD, maxReceiveCount=1001)),
            ("without a count", _redrive(deadLetterTargetArn=DEAD)),
            ("to no queue", _redrive(deadLetterTargetArn="dead", maxReceiveCount=3)),
        )
    ),
    # IAM
    *(
        Refused(
            what,
            "iam",
            code,
            lambda iam, _, arguments=arguments: iam.create_role(
                **({"RoleName": "role", "AssumeRolePolicyDocument": TRUST} | arguments)
            ),
        )
        for what, code, arguments in (
            ("a role's name with a blank", "ValidationError", {"RoleName": "my role"}),
            ("a role's name of 65 characters", "ValidationError", {"RoleName": "x" * 65}),
            ("a role's description of 1,001 characters", "ValidationError", {"Description": "x" * 1001}),
            ("a dash in a role's description that is not of Latin-1", "ValidationError", {"Description": "a \u2013 b"}),
            ("a session of 3,599 s", "ValidationError", {"MaxSessionDuration": 3599}),
            ("a session of 43,201 s", "ValidationError", {"MaxSessionDuration": 43201}),
            ("a path without slashes", "ValidationError", {"Path": "path"}),
            ("a trust policy of 2,049 characters", "LimitExceeded", {"AssumeRolePolicyDocument": _trust(2_049)}),
        )
    ),
    Refused(
        "an inline policy of 10,241 characters",
        "iam",
        "LimitExceeded",
        lambda iam, _: iam.put_role_policy(RoleName="reader", PolicyName="p", PolicyDocument=_policy(10_241)),
        _role,
    ),
    Refused(
        "an inline policy's name with a slash",
        "iam",
        "ValidationError",
        lambda iam, _: iam.put_role_policy(RoleName="reader", PolicyName="a/b", PolicyDocument=TRUST),
        _role,
    ),
    Refused(
        "a managed policy of 6,145 characters",
        "iam",
        "LimitExceeded",
        lambda iam, _: iam.create_policy(PolicyName="p", PolicyDocument=_policy(6_145)),
    ),
    # KMS
    Refused(
        "a key's description of 8,193 characters",
        "kms",
        "ValidationException",
        lambda kms, _: kms.create_key(Description="x" * 8193),
    ),
    Refused(
        "an alias without its prefix",
        "kms",
        "ValidationException",
        lambda kms, key: kms.create_alias(AliasName="mine", TargetKeyId=key),
        _key,
    ),
    Refused(
        "a rotation of 89 days",
        "kms",
        "ValidationException",
        lambda kms, key: kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=89),
        _key,
    ),
    Refused(
        "a deletion in 6 days",
        "kms",
        "ValidationException",
        lambda kms, key: kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=6),
        _key,
    ),
    # Lambda
    *(
        Refused(
            what,
            "lambda",
            code,
            lambda functions, _, arguments=arguments: functions.create_function(**_function_arguments(**arguments)),
            _role,
        )
        for what, code, arguments in (
            ("memory of 127 MB", "ValidationException", {"MemorySize": 127}),
            ("a timeout of 0 s", "ValidationException", {"Timeout": 0}),
            ("a name with a blank", "ValidationException", {"FunctionName": "my function"}),
            ("a description of 257 characters", "ValidationException", {"Description": "x" * 257}),
            ("a runtime that there is not", "ValidationException", {"Runtime": "python2.5"}),
            ("a handler with a blank", "ValidationException", {"Handler": "module. handler"}),
            ("a role that is not an ARN", "ValidationException", {"Role": "reader"}),
            ("tracing of another mode", "ValidationException", {"TracingConfig": {"Mode": "Sometimes"}}),
            ("ephemeral storage of 511 MB", "ValidationException", {"EphemeralStorage": {"Size": 511}}),
            (
                "a variable that Lambda reserves",
                "InvalidParameterValueException",
                {"Environment": {"Variables": {"AWS_REGION": "x"}}},
            ),
            (
                "variables of 5 KB",
                "InvalidParameterValueException",
                {"Environment": {"Variables": {"LONG": LONG}}},
            ),
        )
    ),
    Refused(
        "a reservation that leaves 99 for others",
        "lambda",
        "InvalidParameterValueException",
        lambda functions, name: functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=901),
        _function,
    ),
    Refused(
        "a queue that hides messages for less than the function's timeout",
        "lambda",
        "InvalidParameterValueException",
        lambda functions, arn: functions.create_event_source_mapping(FunctionName="function", EventSourceArn=arn),
        _function_and_queue,
    ),
    Refused(
        "a maximum concurrency of 1",
        "lambda",
        "ValidationException",
        lambda functions, arn: functions.create_event_source_mapping(
            FunctionName="function", EventSourceArn=arn, ScalingConfig={"MaximumConcurrency": 1}
        ),
        _function_and_queue,
    ),
    Refused(
        "batches of 11 messages without a window",
        "lambda",
        "InvalidParameterValueException",
        lambda functions, arn: functions.create_event_source_mapping(
            FunctionName="function", EventSourceArn=arn, BatchSize=11
        ),
        _function_and_queue,
    ),
    # S3
    *(
        Refused(
            f"the bucket name {name}",
            "s3",
            "InvalidBucketName",
            lambda s3, _, name=name: s3.create_bucket(
                Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION}
            ),
        )
        for name in ("10.0.0.1", "a..b", "xn--bucket", "bucket-s3alias")
    ),
    Refused(
        "a bucket policy of 20,481 bytes",
        "s3",
        "PolicyTooLarge",
        lambda s3, name: s3.put_bucket_policy(Bucket=name, Policy="x" * 20_481),
        _bucket,
    ),
    Refused(
        "a lifecycle rule of another status",
        "s3",
        "MalformedXML",
        lambda s3, name: s3.put_bucket_lifecycle_configuration(
            Bucket=name,
            LifecycleConfiguration={"Rules": [{"ID": "a", "Status": "On", "Filter": {}, "Expiration": {"Days": 1}}]},
        ),
        _bucket,
    ),
    Refused(
        "versioning of another status",
        "s3",
        "MalformedXML",
        lambda s3, name: s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "On"}),
        _bucket,
    ),
    # EventBridge
    *(
        Refused(
            f"the expression {expression}",
            "events",
            "ValidationException",
            lambda events, _, expression=expression: events.put_rule(Name="r", ScheduleExpression=expression),
        )
        for expression in ("rate(1 minutes)", "rate(5 minute)", "cron(0 8 * * *)", "every day")
    ),
    Refused(
        "a rule's name with a blank",
        "events",
        "ValidationException",
        lambda events, _: events.put_rule(Name="my rule", ScheduleExpression="rate(1 minute)"),
    ),
    Refused(
        "a rule's description of 513 characters",
        "events",
        "ValidationException",
        lambda events, _: events.put_rule(Name="r", ScheduleExpression="rate(1 minute)", Description="x" * 513),
    ),
    Refused(
        "186 retries",
        "events",
        "ValidationException",
        lambda events, rule: events.put_targets(
            Rule=rule, Targets=[{"Id": "a", "Arn": DEAD, "RetryPolicy": {"MaximumRetryAttempts": 186}}]
        ),
        _rule,
    ),
    # EventBridge Scheduler
    *(
        Refused(
            what,
            "scheduler",
            "ValidationException",
            lambda scheduler, _, arguments=arguments: scheduler.create_schedule(**_schedule(**arguments)),
        )
        for what, arguments in (
            ("a rate without a number", {"ScheduleExpression": "rate(minutes)"}),
            ("a name with a slash", {"Name": "a/b"}),
            ("a window of 1,441 minutes", {"FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 1441}}),
            ("a description of 513 characters", {"Description": "x" * 513}),
        )
    ),
    # CloudWatch
    *(
        Refused(
            what,
            "cloudwatch",
            "ValidationError",
            lambda cloudwatch, _, arguments=arguments: cloudwatch.put_metric_alarm(**_alarm(**arguments)),
        )
        for what, arguments in (
            ("a period of 90 s", {"Period": 90}),
            ("1,441 periods of a minute", {"EvaluationPeriods": 1441}),
            ("3 of 2 periods", {"EvaluationPeriods": 2, "DatapointsToAlarm": 3}),
            ("missing data of another kind", {"TreatMissingData": "alarming"}),
            ("another statistic", {"Statistic": "Median"}),
            ("a name of 256 characters", {"AlarmName": "x" * 256}),
            ("a description of 1,025 characters", {"AlarmDescription": "x" * 1025}),
        )
    ),
    # CloudWatch Logs
    Refused(
        "a log group's name with a blank",
        "logs",
        "InvalidParameterException",
        lambda logs, _: logs.create_log_group(logGroupName="my group"),
    ),
    Refused(
        "a retention of 2 days",
        "logs",
        "InvalidParameterException",
        lambda logs, name: logs.put_retention_policy(logGroupName=name, retentionInDays=2),
        _log_group,
    ),
    # Secrets Manager
    Refused(
        "a secret's name of 513 characters",
        "secretsmanager",
        "InvalidParameterException",
        lambda secrets, _: secrets.create_secret(Name="x" * 513),
    ),
    Refused(
        "a secret's description of 2,049 characters",
        "secretsmanager",
        "InvalidParameterException",
        lambda secrets, _: secrets.create_secret(Name="s", Description="x" * 2049),
    ),
    # SNS
    Refused(
        "a topic's tag whose key begins with aws:",
        "sns",
        "InvalidParameter",
        lambda sns, _: sns.create_topic(Name="t", Tags=[{"Key": "aws:x", "Value": "y"}]),
    ),
]

REFUSED_BY_MOTO = frozenset(
    {
        "ec2: a VPC of a /8",
        "events: the expression every day",
        "iam: an inline policy's name with a slash",
        "kms: an alias without its prefix",
        "lambda: a role that is not an ARN",
        "scheduler: a name with a slash",
        "sqs: MaximumMessageSize of 1023",
        "sqs: a redrive policy to no queue",
        "sqs: a redrive policy with 0 receives",
        "sqs: a redrive policy with 1,001 receives",
        "sqs: a redrive policy without a count",
    }
)
"""Those that moto refuses by itself, by any code."""
