"""What the plan role may not do: read data or secrets, and change anything but locks."""

from tests.integration.ci_roles.integration import PLAN
from tests.integration.least_privilege.denials import Denial, Parameters, at, bucket, key, queue, secret
from tests.integration.least_privilege.enforced import HANDLER, INCOMING, PROCESSOR, QUEUE, REJECTED
from tests.support.platform import DEV

ANYTHING = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
GROUP = f"/aws/lambda/{HANDLER}"
ALARM = f"{DEV.prefix}-queue-age"
OTHER_ENVIRONMENT = "another"
_SECRET = ("describe_secret", secret())
_KEY = ("describe_key", key())
_QUEUE = ("get_queue_attributes", queue(QUEUE, AttributeNames=["All"]))
_FUNCTION = ("get_function", lambda _: {"FunctionName": HANDLER})
_ROLE = ("get_role", lambda _: {"RoleName": HANDLER})
_STATES = ("list_objects_v2", lambda dev: {"Bucket": dev.state_bucket})
_TABLE = ("describe_table", lambda dev: {"TableName": dev.state_bucket})
_LIST = ("list_objects_v2", bucket("data"))
_GROUPS = ("describe_log_groups", lambda _: {"logGroupNamePrefix": GROUP})
_VPCS = ("describe_vpcs", lambda _: {})


def of(operation_parameters: dict[str, object]) -> Parameters:
    """The same parameters, whatever was applied."""
    return lambda _: operation_parameters


def state(environment: str, **more: object) -> Parameters:
    """The state of one unit of an environment."""
    return lambda dev: {"Bucket": dev.state_bucket, "Key": f"live/{environment}/kms/terraform.tfstate", **more}


def item(suffix: str = "", name: str = "Key") -> Parameters:
    """A lock of this environment, or a digest, as the key of an item or as the item."""
    return lambda dev: {"TableName": dev.state_bucket, name: dev.lock_id(DEV.name, suffix)}


PLANS = [
    # Data.
    Denial("reads a file", PLAN, "s3:GetObject", "get_object", at("data", INCOMING)),
    Denial("reads rejected rows", PLAN, "s3:GetObject", "get_object", at("data", REJECTED)),
    Denial("lists versions", PLAN, "s3:ListBucketVersions", "list_object_versions", bucket("data")),
    Denial("writes a file", PLAN, "s3:PutObject", "put_object", at("data", "incoming/airports/new.csv", Body=b"a")),
    Denial("deletes a file", PLAN, "s3:DeleteObject", "delete_object", at("data", INCOMING), _LIST),
    Denial("reads a package", PLAN, "s3:GetObject", "get_object", at("artifacts", "lambda/made-up.zip"), _LIST),
    Denial("takes chunks", PLAN, "sqs:ReceiveMessage", "receive_message", queue(QUEUE, WaitTimeSeconds=0)),
    Denial("sends chunks", PLAN, "sqs:SendMessage", "send_message", queue(QUEUE, MessageBody="chunk")),
    Denial(
        "reads logs", PLAN, "logs:GetLogEvents", "get_log_events", of({"logGroupName": GROUP, "logStreamName": "there"})
    ),
    Denial("searches logs", PLAN, "logs:FilterLogEvents", "filter_log_events", of({"logGroupName": GROUP})),
    # Secrets and keys.
    Denial("reads the secret", PLAN, "secretsmanager:GetSecretValue", "get_secret_value", secret()),
    Denial(
        "changes the secret",
        PLAN,
        "secretsmanager:PutSecretValue",
        "put_secret_value",
        secret(SecretString="{}"),
        _SECRET,
    ),
    Denial("deletes the secret", PLAN, "secretsmanager:DeleteSecret", "delete_secret", secret(), _SECRET),
    Denial("decrypts data in hand", PLAN, "kms:Decrypt", "decrypt", lambda dev: {"CiphertextBlob": dev.ciphertext}),
    Denial("asks for a data key", PLAN, "kms:GenerateDataKey", "generate_data_key", key(KeySpec="AES_256")),
    Denial("deletes the key", PLAN, "kms:ScheduleKeyDeletion", "schedule_key_deletion", key(), _KEY),
    Denial(
        "replaces the key's policy",
        PLAN,
        "kms:PutKeyPolicy",
        "put_key_policy",
        key(PolicyName="default", Policy=ANYTHING),
        _KEY,
    ),
    # States and locks.
    Denial("writes a state", PLAN, "s3:PutObject", "put_object", state(DEV.name, Body=b"{}"), _STATES),
    Denial("deletes a state", PLAN, "s3:DeleteObject", "delete_object", state(DEV.name), _STATES),
    Denial(
        "reads the state of another environment", PLAN, "s3:GetObject", "get_object", state(OTHER_ENVIRONMENT), _STATES
    ),
    Denial("replaces the digest of a state", PLAN, "dynamodb:PutItem", "put_item", item("-md5", "Item"), _TABLE),
    Denial("deletes the digest of a state", PLAN, "dynamodb:DeleteItem", "delete_item", item("-md5"), _TABLE),
    Denial("reads all locks", PLAN, "dynamodb:Scan", "scan", lambda dev: {"TableName": dev.state_bucket}),
    Denial(
        "deletes the table",
        PLAN,
        "dynamodb:DeleteTable",
        "delete_table",
        lambda dev: {"TableName": dev.state_bucket},
        _TABLE,
    ),
    # The platform.
    Denial(
        "starts a function",
        PLAN,
        "lambda:InvokeFunction",
        "invoke",
        of({"FunctionName": PROCESSOR, "InvocationType": "DryRun"}),
        _FUNCTION,
    ),
    Denial(
        "changes a function",
        PLAN,
        "lambda:UpdateFunctionConfiguration",
        "update_function_configuration",
        of({"FunctionName": HANDLER, "Timeout": 3}),
        _FUNCTION,
    ),
    Denial(
        "lets others start a function",
        PLAN,
        "lambda:AddPermission",
        "add_permission",
        of({"FunctionName": HANDLER, "StatementId": "made-up", "Action": "lambda:InvokeFunction", "Principal": "*"}),
        _FUNCTION,
    ),
    Denial(
        "deletes a function", PLAN, "lambda:DeleteFunction", "delete_function", of({"FunctionName": HANDLER}), _FUNCTION
    ),
    Denial("deletes the queue", PLAN, "sqs:DeleteQueue", "delete_queue", queue(QUEUE), _QUEUE),
    Denial("purges the queue", PLAN, "sqs:PurgeQueue", "purge_queue", queue(QUEUE), _QUEUE),
    Denial("opens a bucket", PLAN, "s3:DeleteBucketPolicy", "delete_bucket_policy", bucket("data"), _LIST),
    Denial("deletes logs", PLAN, "logs:DeleteLogGroup", "delete_log_group", of({"logGroupName": GROUP}), _GROUPS),
    Denial(
        "publishes an alarm", PLAN, "sns:Publish", "publish", lambda dev: {"TopicArn": dev.topic, "Message": "made up"}
    ),
    Denial(
        "deletes an alarm",
        PLAN,
        "cloudwatch:DeleteAlarms",
        "delete_alarms",
        of({"AlarmNames": [ALARM]}),
        ("describe_alarms", of({})),
    ),
    Denial(
        "stops the schedule",
        PLAN,
        "scheduler:DeleteSchedule",
        "delete_schedule",
        of({"GroupName": DEV.prefix, "Name": "every-quarter-hour"}),
        ("list_schedules", of({})),
    ),
    Denial(
        "stops the rule",
        PLAN,
        "events:DisableRule",
        "disable_rule",
        of({"Name": f"{DEV.prefix}-object-created"}),
        ("list_rules", of({})),
    ),
    Denial("makes a network", PLAN, "ec2:CreateVpc", "create_vpc", of({"CidrBlock": "10.8.0.0/16"})),
    Denial(
        "tags a network",
        PLAN,
        "ec2:CreateTags",
        "create_tags",
        lambda dev: {"Resources": [dev.vpc_id], "Tags": [{"Key": "a", "Value": "b"}]},
        _VPCS,
    ),
    # Roles.
    Denial(
        "widens its own policy",
        PLAN,
        "iam:PutRolePolicy",
        "put_role_policy",
        of({"RoleName": PLAN, "PolicyName": "more", "PolicyDocument": ANYTHING}),
        _ROLE,
    ),
    Denial(
        "attaches a policy to itself",
        PLAN,
        "iam:AttachRolePolicy",
        "attach_role_policy",
        of({"RoleName": PLAN, "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
        _ROLE,
    ),
    Denial(
        "makes a role",
        PLAN,
        "iam:CreateRole",
        "create_role",
        of({"RoleName": f"{DEV.prefix}-new", "AssumeRolePolicyDocument": ANYTHING}),
        _ROLE,
    ),
    Denial("lists users", PLAN, "iam:ListUsers", "list_users", of({})),
    Denial("lists buckets", PLAN, "s3:ListAllMyBuckets", "list_buckets", of({})),
]
