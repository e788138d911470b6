"""What no role may do to queues, secrets, keys, roles, functions, logs and the rest of the account."""

from tests.integration.least_privilege.denials import Denial, key, queue, secret
from tests.integration.least_privilege.enforced import HANDLER, OTHER_SECRET, PROCESSOR, QUEUE, READER

_DEAD_LETTERS = f"{QUEUE}-dead-letters"
_ANYTHING = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
_LENGTH = ("get_queue_attributes", queue(QUEUE, AttributeNames=["All"]))
_ROLE = ("get_role", lambda _: {"RoleName": HANDLER})
_SECRET = ("describe_secret", secret())
_KEY = ("describe_key", key())
_FUNCTION = ("get_function", lambda _: {"FunctionName": HANDLER})

ELSEWHERE = [  # Queues.
    Denial("takes chunks", PROCESSOR, "sqs:ReceiveMessage", "receive_message", queue(QUEUE, WaitTimeSeconds=0)),
    Denial("sends chunks", HANDLER, "sqs:SendMessage", "send_message", queue(QUEUE, MessageBody="chunk")),
    Denial(
        "sends chunks together",
        HANDLER,
        "sqs:SendMessage",
        "send_message_batch",
        queue(QUEUE, Entries=[{"Id": "1", "MessageBody": "chunk"}]),
    ),
    Denial(
        "takes dead letters", HANDLER, "sqs:ReceiveMessage", "receive_message", queue(_DEAD_LETTERS, WaitTimeSeconds=0)
    ),
    Denial("purges the queue", HANDLER, "sqs:PurgeQueue", "purge_queue", queue(QUEUE)),
    Denial("deletes the queue", PROCESSOR, "sqs:DeleteQueue", "delete_queue", queue(QUEUE), _LENGTH),
    Denial(
        "changes the queue",
        HANDLER,
        "sqs:SetQueueAttributes",
        "set_queue_attributes",
        queue(QUEUE, Attributes={"VisibilityTimeout": "0"}),
        _LENGTH,
    ),
    Denial(
        "shows a message again",
        HANDLER,
        "sqs:ChangeMessageVisibility",
        "change_message_visibility",
        queue(QUEUE, ReceiptHandle="made-up", VisibilityTimeout=0),
        _LENGTH,
    ),
    Denial(
        "leaves dead letters to the other function",
        PROCESSOR,
        "sqs:SendMessage",
        "send_message",
        queue(f"{HANDLER}-dead-letters", MessageBody="event"),
    ),
    Denial(
        "reads the queue's attributes",
        READER,
        "sqs:GetQueueAttributes",
        "get_queue_attributes",
        queue(QUEUE, AttributeNames=["All"]),
    ),
    # Secrets and the key.
    Denial(
        "reads another secret", PROCESSOR, "secretsmanager:GetSecretValue", "get_secret_value", secret(OTHER_SECRET)
    ),
    Denial("reads another secret", HANDLER, "secretsmanager:GetSecretValue", "get_secret_value", secret(OTHER_SECRET)),
    Denial("reads the secret", READER, "secretsmanager:GetSecretValue", "get_secret_value", secret()),
    Denial(
        "changes the secret",
        HANDLER,
        "secretsmanager:PutSecretValue",
        "put_secret_value",
        secret(SecretString="{}"),
        _SECRET,
    ),
    Denial("deletes the secret", PROCESSOR, "secretsmanager:DeleteSecret", "delete_secret", secret(), _SECRET),
    Denial("lists secrets", PROCESSOR, "secretsmanager:ListSecrets", "list_secrets", lambda _: {}),
    Denial("encrypts data in hand", HANDLER, "kms:Encrypt", "encrypt", key(Plaintext=b"rows")),
    Denial("asks for a data key", PROCESSOR, "kms:GenerateDataKey", "generate_data_key", key(KeySpec="AES_256")),
    Denial("decrypts data in hand", HANDLER, "kms:Decrypt", "decrypt", lambda dev: {"CiphertextBlob": dev.ciphertext}),
    Denial("decrypts data in hand", READER, "kms:Decrypt", "decrypt", lambda dev: {"CiphertextBlob": dev.ciphertext}),
    Denial("deletes the key", PROCESSOR, "kms:ScheduleKeyDeletion", "schedule_key_deletion", key(), _KEY),
    Denial(
        "replaces the key's policy",
        HANDLER,
        "kms:PutKeyPolicy",
        "put_key_policy",
        key(PolicyName="default", Policy=_ANYTHING),
        _KEY,
    ),
    # The account.
    Denial(
        "widens its own policy",
        HANDLER,
        "iam:PutRolePolicy",
        "put_role_policy",
        lambda _: {"RoleName": HANDLER, "PolicyName": "more", "PolicyDocument": _ANYTHING},
        _ROLE,
    ),
    Denial("makes a user", PROCESSOR, "iam:CreateUser", "create_user", lambda _: {"UserName": "made-up"}),
    Denial(
        "takes the reader's role",
        HANDLER,
        "sts:AssumeRole",
        "assume_role",
        lambda dev: {"RoleArn": dev.role_arn(READER), "RoleSessionName": "made-up"},
    ),
    Denial(
        "replaces a function's code",
        PROCESSOR,
        "lambda:UpdateFunctionCode",
        "update_function_code",
        lambda _: {"FunctionName": HANDLER, "ZipFile": b"zip"},
        _FUNCTION,
    ),
    Denial(
        "starts the other function",
        HANDLER,
        "lambda:InvokeFunction",
        "invoke",
        lambda _: {"FunctionName": PROCESSOR},
        _FUNCTION,
    ),
    Denial(
        "reads a function's environment",
        READER,
        "lambda:GetFunction",
        "get_function",
        lambda _: {"FunctionName": HANDLER},
    ),
    Denial("looks at the network from its code", HANDLER, "ec2:DescribeSubnets", "describe_subnets", lambda _: {}),
    Denial("looks at machines", PROCESSOR, "ec2:DescribeInstances", "describe_instances", lambda _: {}),
    Denial(
        "writes into the other function's log",
        PROCESSOR,
        "logs:PutLogEvents",
        "put_log_events",
        lambda dev: dev.log_event(HANDLER),
    ),
    Denial(
        "reads a log",
        HANDLER,
        "logs:FilterLogEvents",
        "filter_log_events",
        lambda _: {"logGroupName": f"/aws/lambda/{HANDLER}"},
    ),
    Denial(
        "silences an alarm",
        PROCESSOR,
        "cloudwatch:DisableAlarmActions",
        "disable_alarm_actions",
        lambda _: {"AlarmNames": ["made-up"]},
    ),
    Denial(
        "reads the locks of the state", PROCESSOR, "dynamodb:Scan", "scan", lambda dev: {"TableName": dev.state_bucket}
    ),
]
