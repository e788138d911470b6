"""Dev is applied once in a session, with an accident half-way; every test begins with a copy of a moment of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.support.platform import Platform, running

CLASHING_ROLE = "csvbatch-dev-request-handler"


@dataclass(frozen=True, slots=True)
class Moments:
    """What the local AWS held after the apply that failed half-way, and after the one that came through."""

    half_applied: Path
    applied: Path


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Terragrunt's cache of this session: initialised units stay so from test to test."""
    return tmp_path_factory.mktemp("terragrunt-cache")


@pytest.fixture(scope="session")
def moments(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Moments:
    """Apply dev, first with a role in the way that Terraform did not make, then without it."""
    folder = tmp_path_factory.mktemp("moments")
    result = Moments(folder / "half-applied", folder / "applied")
    with running("dev", cache) as dev:
        dev.bootstrap()
        iam = dev.client("iam")
        iam.create_role(RoleName=CLASHING_ROLE, AssumeRolePolicyDocument="{}")
        failed = dev.terragrunt("run", "--all", "apply")
        assert failed.status != 0
        assert "EntityAlreadyExists" in failed.printed, failed.printed[-6000:]
        iam.delete_role(RoleName=CLASHING_ROLE)
        dev.aws.save_snapshot(result.half_applied)
        dev.terragrunt("run-all", "apply").expect_success()
        dev.aws.save_snapshot(result.applied)
    return result


@pytest.fixture
def applied_dev(moments: Moments, cache: Path) -> Iterator[Platform]:
    with running("dev", cache, moments.applied) as platform:
        yield platform


@pytest.fixture
def half_applied_dev(moments: Moments, cache: Path) -> Iterator[Platform]:
    with running("dev", cache, moments.half_applied) as platform:
        yield platform


@pytest.fixture
def new_dev(cache: Path) -> Iterator[Platform]:
    with running("dev", cache) as platform:
        yield platform


@pytest.fixture
def new_prod(cache: Path) -> Iterator[Platform]:
    with running("prod", cache) as platform:
        yield platform
