"""Dev as Terraform applied it, on a local AWS that enforces IAM."""

from collections.abc import Iterator

import pytest
from tests.integration.least_privilege.enforced import HANDLER, OTHER_SECRET, PROCESSOR, Dev
from tests.integration.least_privilege.flow import Flow, flow_of
from tests.integration.platform.conftest import Moments, cache, moments

import environments
from local_aws.server import LocalAws

__all__ = ["cache", "moments"]


@pytest.fixture(scope="session")
def dev(moments: Moments) -> Iterator[Dev]:
    """One for all tests that only ask; what they would change is refused."""
    environment = environments.load("dev")
    with LocalAws("dev", environment.account_id, environment.region, moments.applied, enforce_iam=True) as aws:
        yield Dev(aws)


@pytest.fixture(scope="session")
def prepared(dev: Dev) -> Dev:
    """With the things in it that roles are kept from: a secret's value, another secret, streams of logs."""
    secrets = dev.operator("secretsmanager")
    secrets.put_secret_value(SecretId=dev.secret_arn, SecretString="{}")
    secrets.create_secret(Name=OTHER_SECRET, SecretString="{}")
    for function in (PROCESSOR, HANDLER):
        dev.operator("logs").create_log_stream(logGroupName=f"/aws/lambda/{function}", logStreamName="there")
    return dev


@pytest.fixture(scope="session")
def flow(moments: Moments, tmp_path_factory: pytest.TempPathFactory) -> Flow:
    """Everything the platform does, done once by the deployed zips with their roles' credentials."""
    return flow_of(moments.applied, tmp_path_factory.mktemp("enforced"), enforce_iam=True)


@pytest.fixture(scope="session")
def flow_without_iam(moments: Moments, tmp_path_factory: pytest.TempPathFactory) -> Flow:
    """The same without IAM, to compare."""
    return flow_of(moments.applied, tmp_path_factory.mktemp("not-enforced"), enforce_iam=False)
