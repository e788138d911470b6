"""The environment as Terraform applied it, on a local AWS that enforces IAM."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from scripts.common import environments
from scripts.local.aws.server import LocalAws
from tests.integration.least_privilege.enforced import HANDLER, OTHER_SECRET, PROCESSOR, Dev
from tests.integration.least_privilege.flow import Flow, flow_of
from tests.integration.platform.conftest import cache, moments
from tests.support.moments import Moments

__all__ = ["cache", "moments"]


@contextmanager
def prepared_dev[Kind: Dev](moments: Moments, kind: type[Kind] = Dev) -> Iterator[Kind]:
    """With what roles must not reach: objects, a secret's value, another secret, log streams."""
    environment = environments.default()
    with LocalAws(
        environment.name, environment.account_id, environment.region, moments.applied, enforce_iam=True
    ) as aws:
        dev = kind(aws)
        dev.prepare()
        secrets, logs = dev.operator("secretsmanager"), dev.operator("logs")
        secrets.put_secret_value(SecretId=dev.secret_arn, SecretString="{}")
        secrets.create_secret(Name=OTHER_SECRET, SecretString="{}")
        for function in (PROCESSOR, HANDLER):
            logs.create_log_stream(logGroupName=f"/aws/lambda/{function}", logStreamName="there")
        yield dev


@pytest.fixture(scope="session")
def dev(moments: Moments) -> Iterator[Dev]:
    """Shared by all tests that only ask; calls that would change it are denied."""
    with prepared_dev(moments) as made:
        yield made


@pytest.fixture(scope="session")
def flow(moments: Moments, tmp_path_factory: pytest.TempPathFactory) -> Flow:
    """Everything the platform does, done once by the deployed zips with their roles' credentials."""
    return flow_of(moments.applied, tmp_path_factory.mktemp("enforced"), enforce_iam=True)


@pytest.fixture(scope="session")
def flow_without_iam(moments: Moments, tmp_path_factory: pytest.TempPathFactory) -> Flow:
    """The same without IAM, to compare."""
    return flow_of(moments.applied, tmp_path_factory.mktemp("not-enforced"), enforce_iam=False)
