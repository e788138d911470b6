"""What the apply role may not do: read data or secrets, touch what is not the environment's, or change itself."""

from typing import Any

from tests.integration.ci_roles.denials_of_plan import ANYTHING, GROUP, OTHER_ENVIRONMENT, of, state
from tests.integration.ci_roles.integration import APPLY, OTHERS
from tests.integration.least_privilege.denials import Denial, at, queue, secret
from tests.integration.least_privilege.enforced import HANDLER, INCOMING, PROCESSOR, QUEUE, REJECTED
from tests.support.platform import DEV

_OWN_TAGS = [{"Key": "project", "Value": "csvbatch"}, {"Key": "environment", "Value": DEV.name}]
_OWN_KMS_TAGS = [{"TagKey": one["Key"], "TagValue": one["Value"]} for one in _OWN_TAGS]
_VPCS = ("describe_vpcs", of({}))
NO_FUNCTION = ("list_functions", of({}))
ROLE = ("get_role", of({"RoleName": HANDLER}))
_FUNCTION = ("get_function", of({"FunctionName": HANDLER}))
_OTHER_QUEUE = ("get_queue_attributes", queue(OTHERS, AttributeNames=["All"]))
_TABLE = ("describe_table", lambda dev: {"TableName": dev.state_bucket})
_STATES = ("list_objects_v2", lambda dev: {"Bucket": dev.state_bucket})


def function_with(role: str) -> Any:
    code = {"S3Bucket": "made-up", "S3Key": "made-up"}
    return lambda dev: {
        "FunctionName": f"{DEV.prefix}-new", "Role": dev.role_arn(role), "Code": code,
        "Handler": "a.b", "Runtime": "python3.13",
    }  # fmt: skip


APPLIES = [
    # Data and secrets.
    Denial("reads a file", APPLY, "s3:GetObject", "get_object", at("data", INCOMING)),
    Denial("reads rejected rows", APPLY, "s3:GetObject", "get_object", at("data", REJECTED)),
    Denial("writes a file", APPLY, "s3:PutObject", "put_object", at("data", "incoming/airports/new.csv", Body=b"a")),
    Denial("takes chunks", APPLY, "sqs:ReceiveMessage", "receive_message", queue(QUEUE, WaitTimeSeconds=0)),
    Denial("sends chunks", APPLY, "sqs:SendMessage", "send_message", queue(QUEUE, MessageBody="chunk")),
    Denial(
        "reads logs",
        APPLY,
        "logs:GetLogEvents",
        "get_log_events",
        of({"logGroupName": GROUP, "logStreamName": "there"}),
    ),
    Denial("reads the secret", APPLY, "secretsmanager:GetSecretValue", "get_secret_value", secret()),
    Denial(
        "changes the secret's value",
        APPLY,
        "secretsmanager:PutSecretValue",
        "put_secret_value",
        secret(SecretString="{}"),
        ("describe_secret", secret()),
    ),
    Denial("decrypts data in hand", APPLY, "kms:Decrypt", "decrypt", lambda dev: {"CiphertextBlob": dev.ciphertext}),
    Denial(
        "starts a function",
        APPLY,
        "lambda:InvokeFunction",
        "invoke",
        of({"FunctionName": PROCESSOR, "InvocationType": "DryRun"}),
        _FUNCTION,
    ),
    Denial(
        "publishes an alarm", APPLY, "sns:Publish", "publish", lambda dev: {"TopicArn": dev.topic, "Message": "made up"}
    ),
    # What belongs to others.
    Denial("deletes another network", APPLY, "ec2:DeleteVpc", "delete_vpc", lambda dev: {"VpcId": dev.vpc_id}, _VPCS),
    Denial(
        "makes another network its own",
        APPLY,
        "ec2:CreateTags",
        "create_tags",
        lambda dev: {"Resources": [dev.vpc_id], "Tags": _OWN_TAGS},
        _VPCS,
    ),
    Denial(
        "makes another group its own",
        APPLY,
        "ec2:CreateTags",
        "create_tags",
        lambda dev: {"Resources": [dev.group_id], "Tags": _OWN_TAGS},
        _VPCS,
    ),
    Denial(
        "puts a subnet into another network",
        APPLY,
        "ec2:CreateSubnet",
        "create_subnet",
        lambda dev: {"VpcId": dev.vpc_id, "CidrBlock": "10.9.0.0/24"},
        _VPCS,
    ),
    Denial("makes a network without tags", APPLY, "ec2:CreateVpc", "create_vpc", of({"CidrBlock": "10.8.0.0/16"})),
    Denial("makes a key without tags", APPLY, "kms:CreateKey", "create_key", of({})),
    Denial(
        "makes another key its own",
        APPLY,
        "kms:TagResource",
        "tag_resource",
        lambda dev: {"KeyId": dev.key_id, "Tags": _OWN_KMS_TAGS},
        ("describe_key", lambda dev: {"KeyId": dev.key_id}),
    ),
    Denial(
        "deletes another key",
        APPLY,
        "kms:ScheduleKeyDeletion",
        "schedule_key_deletion",
        lambda dev: {"KeyId": dev.key_id},
        ("describe_key", lambda dev: {"KeyId": dev.key_id}),
    ),
    Denial(
        "deletes another bucket",
        APPLY,
        "s3:DeleteBucket",
        "delete_bucket",
        lambda dev: {"Bucket": dev.other_bucket},
        ("list_objects_v2", lambda dev: {"Bucket": dev.other_bucket}),
    ),
    Denial(
        "deletes the bucket of states",
        APPLY,
        "s3:DeleteBucket",
        "delete_bucket",
        lambda dev: {"Bucket": dev.state_bucket},
        _STATES,
    ),
    Denial("deletes another queue", APPLY, "sqs:DeleteQueue", "delete_queue", queue(OTHERS), _OTHER_QUEUE),
    Denial(
        "deletes another topic",
        APPLY,
        "sns:DeleteTopic",
        "delete_topic",
        lambda dev: {"TopicArn": dev.other_topic},
        ("list_topics", of({})),
    ),
    Denial(
        "deletes another rule", APPLY, "events:DeleteRule", "delete_rule", of({"Name": OTHERS}), ("list_rules", of({}))
    ),
    Denial(
        "deletes another log group",
        APPLY,
        "logs:DeleteLogGroup",
        "delete_log_group",
        of({"logGroupName": f"/aws/lambda/{OTHERS}"}),
        ("describe_log_groups", of({})),
    ),
    Denial(
        "deletes another secret",
        APPLY,
        "secretsmanager:DeleteSecret",
        "delete_secret",
        secret(OTHERS),
        ("describe_secret", secret(OTHERS)),
    ),
    Denial(
        "deletes another alarm",
        APPLY,
        "cloudwatch:DeleteAlarms",
        "delete_alarms",
        of({"AlarmNames": [OTHERS]}),
        ("describe_alarms", of({})),
    ),
    # States of others, and what holds them.
    Denial(
        "reads the state of another environment", APPLY, "s3:GetObject", "get_object", state(OTHER_ENVIRONMENT), _STATES
    ),
    Denial(
        "writes the state of another environment",
        APPLY,
        "s3:PutObject",
        "put_object",
        state(OTHER_ENVIRONMENT, Body=b"{}"),
        _STATES,
    ),
    Denial("deletes a state", APPLY, "s3:DeleteObject", "delete_object", state(DEV.name), _STATES),
    Denial(
        "locks another environment",
        APPLY,
        "dynamodb:PutItem",
        "put_item",
        lambda dev: {"TableName": dev.state_bucket, "Item": dev.lock_id(OTHER_ENVIRONMENT)},
        _TABLE,
    ),
    Denial(
        "deletes the table of locks",
        APPLY,
        "dynamodb:DeleteTable",
        "delete_table",
        lambda dev: {"TableName": dev.state_bucket},
        _TABLE,
    ),
    # Roles of others, and users.
    Denial(
        "changes another role",
        APPLY,
        "iam:PutRolePolicy",
        "put_role_policy",
        of({"RoleName": OTHERS, "PolicyName": "more", "PolicyDocument": ANYTHING}),
        ROLE,
    ),
    Denial(
        "attaches a policy of AWS to a role",
        APPLY,
        "iam:AttachRolePolicy",
        "attach_role_policy",
        of({"RoleName": HANDLER, "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
        ROLE,
    ),
    Denial(
        "gives another role to a function",
        APPLY,
        "iam:PassRole",
        "create_function",
        function_with(OTHERS),
        NO_FUNCTION,
        via="lambda",
    ),
    Denial("makes a user", APPLY, "iam:CreateUser", "create_user", of({"UserName": "made-up"})),
    Denial("makes a group", APPLY, "iam:CreateGroup", "create_group", of({"GroupName": "made-up"})),
]
