"""One unit, kms, is applied once; every test begins with a copy of a moment of it."""

import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support import runbook
from tests.support.moments import bootstrapped
from tests.support.platform import DEV, Platform, running
from tests.support.state import Backend, applying, own_keys, wait_until


@dataclass(frozen=True, slots=True)
class Killed:
    """What the local AWS held after `kill -9` in the middle of the first apply, the lock, and the key it had begun."""

    snapshot: Path
    lock: Mapping[str, str]
    key_id: str


@pytest.fixture(scope="session")
def sections() -> Mapping[str, runbook.Section]:
    return runbook.sections()


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Terragrunt's cache of this session: initialised units stay so from test to test."""
    return tmp_path_factory.mktemp("terragrunt-cache")


@pytest.fixture(scope="session")
def moments(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of snapshots: `applied`, with kms."""
    folder = tmp_path_factory.mktemp("moments")
    with running(DEV.name, cache, bootstrapped(DEV.name, cache)) as dev:
        dev.terragrunt("apply", "-auto-approve", unit="kms", seconds=180).expect_success()
        dev.aws.save_snapshot(folder / "applied")
    return folder


@pytest.fixture(scope="session")
def killed(moments: Path, cache: Path) -> Killed:
    with running(DEV.name, cache, bootstrapped(DEV.name, cache)) as dev:
        with applying(dev, "kms", moments / "killed.log") as apply:
            (key_id,) = wait_until(lambda: own_keys(dev), apply)
            apply.send(signal.SIGKILL)
            assert apply.end().status == -signal.SIGKILL
        lock = Backend(dev, "kms").lock_in_table()
        assert lock, apply.printed()[-4000:]
        dev.aws.save_snapshot(moments / "killed")
    return Killed(moments / "killed", lock, key_id)


@pytest.fixture
def bootstrapped_dev(cache: Path) -> Iterator[Platform]:
    with running(DEV.name, cache, bootstrapped(DEV.name, cache)) as platform:
        yield platform


@pytest.fixture
def applied_dev(moments: Path, cache: Path) -> Iterator[Platform]:
    with running(DEV.name, cache, moments / "applied") as platform:
        yield platform


@pytest.fixture
def dev_after_kill(killed: Killed, cache: Path) -> Iterator[Platform]:
    with running(DEV.name, cache, killed.snapshot) as platform:
        yield platform
