"""Who can assume a role, and what the VPC endpoints allow, by the applied policies."""

import pytest

from scripts.local.aws.policy_document import Principal
from tests.integration.least_privilege.enforced import HANDLER, PROCESSOR, QUEUE, READER, Dev
from tests.integration.least_privilege.flow import Flow
from tests.integration.least_privilege.static import OTHER_ACCOUNT, Applied
from tests.support.platform import DEV

FUNCTIONS = (PROCESSOR, HANDLER)
LAMBDA = Principal(service="lambda.amazonaws.com")
REGION = DEV.region


@pytest.fixture
def applied(dev: Dev) -> Applied:
    return Applied(dev)


def given_for(account_id: str, arn: str) -> dict[str, str]:
    return {"aws:SourceAccount": account_id, "aws:SourceArn": arn}


@pytest.mark.parametrize("role", FUNCTIONS)
@pytest.mark.parametrize("suffix", ["", ":7", ":live"])
def test_lambda_takes_a_role_for_its_function(applied: Applied, role: str, suffix: str) -> None:
    arn = applied.dev.function_arn(role) + suffix
    assert applied.may_take(role, LAMBDA, **given_for(applied.dev.account_id, arn))


@pytest.mark.parametrize(("role", "other"), [FUNCTIONS, FUNCTIONS[::-1], (HANDLER, f"{HANDLER}-2")])
def test_lambda_takes_no_role_for_another_function(applied: Applied, role: str, other: str) -> None:
    arn = applied.dev.function_arn(other)
    assert not applied.may_take(role, LAMBDA, **given_for(applied.dev.account_id, arn))


@pytest.mark.parametrize("role", FUNCTIONS)
def test_lambda_takes_no_role_for_another_account(applied: Applied, role: str) -> None:
    arn = applied.dev.function_arn(role).replace(applied.dev.account_id, OTHER_ACCOUNT)
    assert not applied.may_take(role, LAMBDA, **given_for(OTHER_ACCOUNT, arn))


@pytest.mark.parametrize("role", FUNCTIONS)
@pytest.mark.parametrize("service", ["ec2.amazonaws.com", "scheduler.amazonaws.com"])
def test_no_other_service_takes_the_role_of_a_function(applied: Applied, role: str, service: str) -> None:
    given = given_for(applied.dev.account_id, applied.dev.function_arn(role))
    assert not applied.may_take(role, Principal(service=service), **given)


@pytest.mark.parametrize(
    "role", [*FUNCTIONS, READER, f"{DEV.prefix}-scheduler", f"{DEV.prefix}-ci-plan", f"{DEV.prefix}-ci-apply"]
)
def test_no_other_account_can_assume_a_role(applied: Applied, role: str) -> None:
    assert not applied.may_take(role, Principal(OTHER_ACCOUNT, f"arn:aws:iam::{OTHER_ACCOUNT}:role/made-up"))


def test_scheduler_takes_its_role_for_its_group_alone(applied: Applied) -> None:
    account, scheduler = applied.dev.account_id, Principal(service="scheduler.amazonaws.com")
    group = f"arn:aws:scheduler:{REGION}:{account}:schedule-group/{DEV.prefix}"
    assert applied.may_take(f"{DEV.prefix}-scheduler", scheduler, **given_for(account, group))
    assert not applied.may_take(f"{DEV.prefix}-scheduler", scheduler, **given_for(account, f"{group}-2"))


@pytest.mark.parametrize("bucket", ["state", "logs", "artifacts", "of-somebody-else"])
def test_endpoint_of_s3_leads_to_no_other_bucket(applied: Applied, bucket: str) -> None:
    name = applied.dev.state_bucket if bucket == "state" else applied.dev.bucket(bucket)
    assert applied.through_endpoint("s3", "s3:PutObject", f"arn:aws:s3:::{applied.dev.bucket('data')}/reports/a")
    assert not applied.through_endpoint("s3", "s3:PutObject", f"arn:aws:s3:::{name}/reports/a")


def test_endpoint_of_sqs_leads_to_no_other_queue(applied: Applied) -> None:
    arn = f"arn:aws:sqs:{REGION}:{applied.dev.account_id}:{QUEUE}"
    assert applied.through_endpoint("sqs", "sqs:SendMessage", arn)
    assert not applied.through_endpoint("sqs", "sqs:SendMessage", f"{arn}-dead-letters")


def test_endpoint_of_secrets_leads_to_no_other_secret(applied: Applied) -> None:
    action, arn = "secretsmanager:GetSecretValue", applied.dev.secret_arn
    assert applied.through_endpoint("secretsmanager", action, arn)
    assert not applied.through_endpoint("secretsmanager", action, f"{arn[:-6]}AbCdEf")
    assert not applied.through_endpoint("secretsmanager", "secretsmanager:PutSecretValue", arn)


@pytest.mark.parametrize("service", ["s3", "sqs", "secretsmanager"])
def test_credentials_of_another_account_pass_no_endpoint(applied: Applied, service: str) -> None:
    action, resource = {
        "s3": ("s3:PutObject", f"arn:aws:s3:::{applied.dev.bucket('data')}/reports/a"),
        "sqs": ("sqs:SendMessage", f"arn:aws:sqs:{REGION}:{applied.dev.account_id}:{QUEUE}"),
        "secretsmanager": ("secretsmanager:GetSecretValue", applied.dev.secret_arn),
    }[service]
    assert applied.through_endpoint(service, action, resource)
    assert not applied.through_endpoint(service, action, resource, OTHER_ACCOUNT)


def test_all_that_the_functions_did_passes_the_endpoints(applied: Applied, flow: Flow) -> None:
    """Dead letters do not pass there: Lambda sends them itself."""
    did = {
        (one.action.partition(":")[0], one.action, one.resource)
        for one in flow.decisions
        if one.caller in FUNCTIONS and not one.resource.endswith("-dead-letters")
    }
    passed = [each for each in did if each[0] in ("s3", "sqs", "secretsmanager")]
    assert len(passed) > 10
    assert [each for each in passed if not applied.through_endpoint(*each)] == []
