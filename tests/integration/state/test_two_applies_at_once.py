"""The first apply is stopped as soon as it holds both locks, so that the second surely meets them."""

import getpass
import shlex
import signal
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.platform import DEV, Platform, Ran, running
from tests.support.runbook import Section
from tests.support.state import Apply, Backend, applying, wait_until

SOMEBODY = "Somebody else is applying"


@dataclass(frozen=True, slots=True)
class Contest:
    """What became of two applies of one unit at once."""

    first: Ran
    second: Ran
    lock: Mapping[str, str]
    plan: Ran
    versions: list[dict[str, Any]]
    other_unit_before: list[dict[str, Any]]
    other_unit_after: list[dict[str, Any]]


@pytest.fixture(scope="module")
def contest(moments: Path, cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Contest:
    folder = tmp_path_factory.mktemp("contest")
    with running(DEV.name, cache, moments / "applied") as dev:
        somebody_else = Platform(DEV.name, dev.aws, folder / "cache")
        backend, other_unit = Backend(dev, "secrets"), Backend(dev, "kms")
        before = other_unit.versions()
        with applying(dev, "secrets", folder / "first.log") as first:
            lock = stopped_with_both_locks(first, backend)
            second = somebody_else.terragrunt("apply", "-auto-approve", unit="secrets", seconds=120)
            first.send(signal.SIGCONT)
            ended = first.end()
        plan = somebody_else.terragrunt("plan", unit="secrets", seconds=120)
        return Contest(ended, second, lock, plan, backend.versions(), before, other_unit.versions())


def stopped_with_both_locks(apply: Apply, backend: Backend) -> dict[str, str]:
    """Stop an apply in the middle; what its lock says."""
    wait_until(lambda: all(backend.locks()), apply)
    apply.send(signal.SIGSTOP)
    in_table, in_bucket = backend.locks()
    assert in_table is not None
    assert in_table == in_bucket
    return in_table


def test_the_second_is_refused_and_told_who_holds_the_lock(contest: Contest, sections: Mapping[str, Section]) -> None:
    assert sections[SOMEBODY].is_what_happened(contest.second)
    assert f"Who: {getpass.getuser()}@{socket.gethostname()}" in " ".join(contest.second.printed.split())
    assert contest.lock["ID"] in contest.second.printed


def test_the_first_comes_through_and_the_state_is_right(contest: Contest) -> None:
    contest.first.expect_success()
    assert "Apply complete! Resources: 2 added" in contest.first.printed
    assert "No changes." in contest.plan.expect_success().printed


def test_the_state_of_another_unit_is_not_touched(contest: Contest) -> None:
    assert contest.versions
    assert contest.other_unit_after == contest.other_unit_before


@pytest.fixture
def stopped(applied_dev: Platform, tmp_path: Path) -> Iterator[Apply]:
    with applying(applied_dev, "kms", tmp_path / "first.log") as first:
        stopped_with_both_locks(first, Backend(applied_dev, "kms"))
        yield first


def test_a_lock_that_is_released_in_time_is_waited_for(
    stopped: Apply, applied_dev: Platform, tmp_path: Path, sections: Mapping[str, Section]
) -> None:
    _, _, *patience = shlex.split(sections[SOMEBODY].commands[-1])
    somebody_else = Platform(DEV.name, applied_dev.aws, tmp_path / "cache")
    with applying(somebody_else, "kms", tmp_path / "second.log", *patience) as second:
        wait_until(lambda: "Acquiring state lock. This may take a few moments..." in second.printed(), second)
        stopped.send(signal.SIGCONT)
        stopped.end().expect_success()
        assert "No changes." in second.end().expect_success().printed
