"""Checks the applied policies for what no call on this machine can show.

Here AWS's own services, other accounts and plain HTTP ask; the rules are those by which the local
AWS evaluates real calls.
"""

import pytest

from tests.integration.least_privilege.enforced import HANDLER, PROCESSOR, QUEUE, READER, Dev
from tests.integration.least_privilege.static import OTHER_ACCOUNT, Applied
from tests.support.platform import DEV

FUNCTIONS = (PROCESSOR, HANDLER)
REGION = DEV.region


@pytest.fixture
def applied(dev: Dev) -> Applied:
    return Applied(dev)


def via(service: str) -> dict[str, str]:
    return {"kms:ViaService": f"{service}.{REGION}.amazonaws.com"}


@pytest.mark.parametrize("role", FUNCTIONS)
@pytest.mark.parametrize("service", ["s3", "sqs", "secretsmanager"])
def test_function_uses_the_key_through_the_services_it_works_with(applied: Applied, role: str, service: str) -> None:
    assert applied.role_may(role, "kms:Decrypt", applied.dev.key_arn, **via(service))


@pytest.mark.parametrize("role", [*FUNCTIONS, READER])
@pytest.mark.parametrize("service", ["dynamodb", "lambda", "ssm", "s3.us-east-1"])
def test_the_key_is_not_usable_through_another_service_or_region(applied: Applied, role: str, service: str) -> None:
    given = via(service) if "." not in service else {"kms:ViaService": f"{service}.amazonaws.com"}
    assert not applied.role_may(role, "kms:Decrypt", applied.dev.key_arn, **given)


@pytest.mark.parametrize("role", [*FUNCTIONS, READER])
def test_the_key_is_not_usable_directly(applied: Applied, role: str) -> None:
    assert not applied.role_may(role, "kms:Decrypt", applied.dev.key_arn)


@pytest.mark.parametrize("role", [*FUNCTIONS, READER])
def test_other_keys_of_the_account_are_not_usable(applied: Applied, role: str) -> None:
    other = applied.dev.operator("kms").create_key()["KeyMetadata"]["Arn"]
    assert applied.anybody_may("kms:Decrypt", other), "its own policy leaves it to the account"
    assert not applied.role_may(role, "kms:Decrypt", other, **via("s3"))


@pytest.mark.parametrize("service", ["sqs", "secretsmanager"])
def test_reader_uses_the_key_through_s3_alone(applied: Applied, service: str) -> None:
    assert applied.role_may(READER, "kms:Decrypt", applied.dev.key_arn, **via("s3"))
    assert not applied.role_may(READER, "kms:Decrypt", applied.dev.key_arn, **via(service))


@pytest.mark.parametrize(("role", "other"), [FUNCTIONS, FUNCTIONS[::-1]])
def test_function_decrypts_its_own_environment_alone(applied: Applied, role: str, other: str) -> None:
    context = "kms:EncryptionContext:aws:lambda:FunctionArn"
    own, others = ({context: applied.dev.function_arn(name)} for name in (role, other))
    assert applied.role_may(role, "kms:Decrypt", applied.dev.key_arn, **own)
    assert not applied.role_may(role, "kms:Decrypt", applied.dev.key_arn, **others)


def test_key_serves_the_logs_of_the_account_alone(applied: Applied) -> None:
    logs, context = f"logs.{REGION}.amazonaws.com", "kms:EncryptionContext:aws:logs:arn"
    own = f"arn:aws:logs:{REGION}:{applied.dev.account_id}:log-group:/aws/lambda/{HANDLER}"
    others = own.replace(applied.dev.account_id, OTHER_ACCOUNT)
    assert applied.service_may(logs, "kms:GenerateDataKey", applied.dev.key_arn, **{context: own})
    assert not applied.service_may(logs, "kms:GenerateDataKey", applied.dev.key_arn, **{context: others})
    assert not applied.service_may(logs, "kms:GenerateDataKey", applied.dev.key_arn)


@pytest.mark.parametrize("service", ["cloudwatch", "sns"])
def test_key_serves_what_sends_for_this_account_alone(applied: Applied, service: str) -> None:
    name, key, source = f"{service}.amazonaws.com", applied.dev.key_arn, "aws:SourceAccount"
    assert applied.service_may(name, "kms:GenerateDataKey", key, **{source: applied.dev.account_id})
    assert not applied.service_may(name, "kms:GenerateDataKey", key, **{source: OTHER_ACCOUNT})
    assert not applied.service_may(name, "kms:ScheduleKeyDeletion", key, **{source: applied.dev.account_id})


def test_key_serves_events_for_queues_of_this_environment_alone(applied: Applied) -> None:
    context, events = "kms:EncryptionContext:aws:sqs:arn", "events.amazonaws.com"
    own = f"arn:aws:sqs:{REGION}:{applied.dev.account_id}:{DEV.prefix}-events-dead-letters"
    assert applied.service_may(events, "kms:GenerateDataKey", applied.dev.key_arn, **{context: own})
    for other in (own.replace(applied.dev.account_id, OTHER_ACCOUNT), own.replace(DEV.prefix, "other")):
        assert not applied.service_may(events, "kms:GenerateDataKey", applied.dev.key_arn, **{context: other})
    assert not applied.service_may(events, "kms:GenerateDataKey", applied.dev.key_arn)


@pytest.mark.parametrize("action", ["kms:Decrypt", "kms:PutKeyPolicy", "kms:CreateGrant"])
def test_key_is_closed_to_other_accounts_and_services(applied: Applied, action: str) -> None:
    assert not applied.other_account_may(action, applied.dev.key_arn)
    assert not applied.service_may("ec2.amazonaws.com", action, applied.dev.key_arn)


@pytest.mark.parametrize("bucket", ["data", "logs", "artifacts"])
@pytest.mark.parametrize("action", ["s3:GetObject", "s3:PutObject", "s3:GetObjectVersion"])
def test_plain_http_reaches_no_bucket(applied: Applied, bucket: str, action: str) -> None:
    resource = f"arn:aws:s3:::{applied.dev.bucket(bucket)}/incoming/a.csv"
    assert applied.anybody_may(action, resource)
    assert not applied.anybody_may(action, resource, **{"aws:SecureTransport": "false"})


def test_plain_http_does_not_reach_the_state(applied: Applied) -> None:
    resource = f"arn:aws:s3:::{applied.dev.state_bucket}/kms/terraform.tfstate"
    assert applied.anybody_may("s3:GetObject", resource)
    assert not applied.anybody_may("s3:GetObject", resource, **{"aws:SecureTransport": "false"})


@pytest.mark.parametrize("name", [QUEUE, f"{QUEUE}-dead-letters", *(f"{name}-dead-letters" for name in FUNCTIONS)])
def test_plain_http_reaches_no_queue(applied: Applied, name: str) -> None:
    resource = f"arn:aws:sqs:{REGION}:{applied.dev.account_id}:{name}"
    assert applied.anybody_may("sqs:SendMessage", resource)
    assert not applied.anybody_may("sqs:SendMessage", resource, **{"aws:SecureTransport": "false"})


@pytest.mark.parametrize(
    "encryption",
    [
        {"s3:x-amz-server-side-encryption": "AES256"},
        {"s3:x-amz-server-side-encryption": "aws:kms"},
        {"s3:x-amz-server-side-encryption-aws-kms-key-id": f"arn:aws:kms:{REGION}:{OTHER_ACCOUNT}:key/made-up"},
        {"s3:x-amz-server-side-encryption-customer-algorithm": "AES256"},
    ],
)
def test_nothing_is_written_with_another_key(applied: Applied, encryption: dict[str, str]) -> None:
    resource = f"arn:aws:s3:::{applied.dev.bucket('data')}/reports/airports/a.json"
    assert applied.role_may(HANDLER, "s3:PutObject", resource)
    assert not applied.role_may(HANDLER, "s3:PutObject", resource, **encryption)


@pytest.mark.parametrize("role", FUNCTIONS)
def test_bucket_that_fell_to_another_account_is_out_of_reach(applied: Applied, role: str) -> None:
    resource = f"arn:aws:s3:::{applied.dev.bucket('data')}/incoming/a.csv"
    assert applied.role_may(role, "s3:GetObjectVersion", resource)
    assert not applied.role_may(role, "s3:GetObjectVersion", resource, **{"aws:ResourceAccount": OTHER_ACCOUNT})


@pytest.mark.parametrize("bucket", ["data", "logs", "artifacts"])
def test_buckets_are_closed_to_other_accounts(applied: Applied, bucket: str) -> None:
    assert not applied.other_account_may("s3:GetObject", f"arn:aws:s3:::{applied.dev.bucket(bucket)}/a")


def test_queue_is_closed_to_other_accounts(applied: Applied) -> None:
    resource = f"arn:aws:sqs:{REGION}:{applied.dev.account_id}:{QUEUE}"
    assert not applied.other_account_may("sqs:SendMessage", resource)


def test_logs_are_delivered_for_this_account_alone(applied: Applied) -> None:
    resource, source = f"arn:aws:s3:::{applied.dev.bucket('logs')}/s3/a", "aws:SourceAccount"
    who = "logging.s3.amazonaws.com"
    assert applied.service_may(who, "s3:PutObject", resource, **{source: applied.dev.account_id})
    assert not applied.service_may(who, "s3:PutObject", resource, **{source: OTHER_ACCOUNT})
    assert not applied.service_may(who, "s3:GetObject", resource, **{source: applied.dev.account_id})


@pytest.mark.parametrize("role", FUNCTIONS)
def test_lambda_attaches_a_function_to_the_network_and_its_code_does_not(applied: Applied, role: str) -> None:
    interface = f"arn:aws:ec2:{REGION}:{applied.dev.account_id}:network-interface/*"
    own = {"lambda:SourceFunctionArn": applied.dev.function_arn(role)}
    assert applied.role_may(role, "ec2:CreateNetworkInterface", interface)
    assert not applied.role_may(role, "ec2:CreateNetworkInterface", interface, **own)
