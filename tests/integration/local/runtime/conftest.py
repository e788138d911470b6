"""A local AWS for all tests of the runtime, and functions of a few lines that are deployed to it as zips."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.local.aws.server import LocalAws
from scripts.local.runtime.aws import Aws
from scripts.local.runtime.functions import Paths
from scripts.local.runtime.runtime import LocalRuntime
from tests.integration.local.runtime.deployment import Deployment
from tests.integration.local.runtime.manual_clock import ManualClock
from tests.support.platform import DEV


@pytest.fixture(scope="session")
def local_aws() -> Iterator[LocalAws]:
    with LocalAws(DEV.name) as server:
        yield server


@pytest.fixture(scope="session")
def aws(local_aws: LocalAws) -> Aws:
    return Aws(local_aws.endpoint)


@pytest.fixture
def deployment(aws: Aws, tmp_path: Path) -> Iterator[Deployment]:
    with Deployment(aws, tmp_path / "packages") as made:
        yield made


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def runtime(aws: Aws, deployment: Deployment, tmp_path: Path, clock: ManualClock) -> Iterator[LocalRuntime]:
    with LocalRuntime(aws, Paths(deployment.packages, tmp_path / "home"), clock=clock) as made:
        yield made
