"""Every test begins with a copy of a moment: nothing, a state backend, or dev as it was applied."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.local.aws.behaviour import Behaviour
from tests.support import moments as kept
from tests.support.moments import Moments
from tests.support.platform import DEV, Platform, production, running


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Terragrunt's cache of this session: initialised units stay so from test to test."""
    return tmp_path_factory.mktemp("terragrunt-cache")


@pytest.fixture(scope="session")
def moments(cache: Path) -> Moments:
    return kept.of_dev(cache)


@pytest.fixture
def applied_dev(moments: Moments, cache: Path) -> Iterator[Platform]:
    with running(DEV.name, cache, moments.applied) as platform:
        yield platform


@pytest.fixture
def half_applied_dev(moments: Moments, cache: Path) -> Iterator[Platform]:
    with running(DEV.name, cache, moments.half_applied) as platform:
        yield platform


@pytest.fixture
def applied_dev_on_a_slow_aws(moments: Moments, cache: Path) -> Iterator[Platform]:
    """Logs still arrive, and Lambda still has its interfaces, when Terraform wants to delete what they are in."""
    slow = Behaviour(late_logs_seconds=20, interface_seconds=45)
    with running(DEV.name, cache, moments.applied, slow) as platform:
        yield platform


@pytest.fixture
def new_dev(cache: Path) -> Iterator[Platform]:
    """An account in which nothing was ever made, not even the state backend."""
    with running(DEV.name, cache) as platform:
        yield platform


@pytest.fixture
def bootstrapped_dev(cache: Path) -> Iterator[Platform]:
    with running(DEV.name, cache, kept.bootstrapped(DEV.name, cache)) as platform:
        yield platform


@pytest.fixture
def bootstrapped_production(cache: Path) -> Iterator[Platform]:
    with running(production(), cache, kept.bootstrapped(production(), cache)) as platform:
        yield platform
