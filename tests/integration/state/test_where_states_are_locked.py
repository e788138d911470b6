"""`state_lock` in the root: who sees whose locks, and the change from one value to another as docs/state.md says."""

import re
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import product
from pathlib import Path

import pytest

from scripts.state.state_lock import StateLock
from tests.support.followed import Copy
from tests.support.platform import BARE_TERRAGRUNT, DEV, TOOLCHAIN, Platform, Ran, running
from tests.support.runbook import Section
from tests.support.state import Backend, applying, wait_until
from tests.support.variants import variant

BOTH, DYNAMODB, LOCKFILE = StateLock
VALUE = re.compile(r'^(  state_lock = )"\w+"$', re.MULTILINE)
Checkout = Callable[[StateLock], Platform]


def set_lock(checkout: Platform, lock: StateLock) -> None:
    """Change the value as a user would."""
    root = checkout.environment.live.parent / "terragrunt.hcl"
    text, count = VALUE.subn(rf'\1"{lock}"', root.read_text(encoding="utf-8"))
    assert count == 1
    root.write_text(text, encoding="utf-8")


@contextmanager
def checkouts(moment: Path, folder: Path) -> Iterator[Checkout]:
    """Checkouts of their own with one account; each is made the first time it is asked for."""
    made: dict[StateLock, Platform] = {}
    with running(DEV.name, folder / "cache", moment) as dev:

        def checkout(lock: StateLock) -> Platform:
            if lock not in made:
                copy = Copy(folder / lock / "checkout")
                made[lock] = Platform(DEV.name, dev.aws, folder / lock / "cache", copy.root / "live")
                set_lock(made[lock], lock)
                made[lock].terragrunt("init", unit="kms", seconds=180).expect_success()
            return made[lock]

        yield checkout


@pytest.fixture
def checkout(moments: Path, tmp_path: Path) -> Iterator[Checkout]:
    with checkouts(moments / "applied", tmp_path) as checkout:
        yield checkout


def plan(checkout: Platform) -> Ran:
    return checkout.terragrunt("plan", "-lock-timeout=0s", unit="kms", seconds=180)


def places(backend: Backend) -> tuple[bool, bool]:
    in_table, in_bucket = backend.locks()
    return in_table is not None, in_bucket is not None


def killed_with_locks(checkout: Platform, lock: StateLock, output: Path) -> str:
    """Kill an apply as soon as it holds its locks, which then stay; gives their ID."""
    backend = Backend(checkout, "kms")
    with applying(checkout, "kms", output) as apply:
        wait_until(lambda: places(backend) == (lock.in_table, lock.in_bucket), apply)
        apply.send(signal.SIGKILL)
        apply.end()
    (held,) = {one["ID"] for one in backend.locks() if one}
    return held


@pytest.fixture(scope="module")
def stopped_by(moments: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[tuple[StateLock, StateLock], bool]:
    """Whether a plan with the first value is stopped by a lock that an apply with the second has taken."""
    folder, seen = tmp_path_factory.mktemp("seen"), {}
    with checkouts(moments / "applied", folder) as checkout:
        for holder in StateLock:
            held = killed_with_locks(checkout(holder), holder, folder / f"{holder}.log")
            for other in StateLock:
                ran = plan(checkout(other))
                seen[other, holder] = "Error acquiring the state lock" in ran.printed
                assert seen[other, holder] or "No changes." in ran.expect_success().printed
            unlock = ["force-unlock", "-force", held]
            checkout(holder).terragrunt(*unlock, unit="kms", seconds=180).expect_success()
            assert places(Backend(checkout(holder), "kms")) == (False, False)
    return seen


def test_a_run_is_stopped_by_locks_in_the_places_that_both_use(
    stopped_by: Mapping[tuple[StateLock, StateLock], bool],
) -> None:
    assert stopped_by == {
        (one, other): (one.in_table and other.in_table) or (one.in_bucket and other.in_bucket)
        for one, other in product(StateLock, repeat=2)
    }


def test_the_document_says_who_is_stopped_by_whom(stopped_by: Mapping[tuple[StateLock, StateLock], bool]) -> None:
    document = (DEV.live.parent / "docs" / "state.md").read_text(encoding="utf-8")
    for one in StateLock:
        cells = ["yes" if stopped_by[one, other] else "**no**" for other in StateLock]
        assert f"| `{one}` | {' | '.join(cells)} |" in document


def test_both_locks_are_left_for_the_lock_file_as_the_document_says(
    checkout: Checkout, sections: Mapping[str, Section], tmp_path: Path
) -> None:
    section, user = sections["From both locks to the lock file alone"], checkout(BOTH)
    backend = Backend(user, "kms")
    digest, versions = backend.recorded_digest(), backend.versions()
    set_lock(user, LOCKFILE)
    assert section.is_what_happened(plan(user))
    configured, shown, planned = section.follow(user)
    assert "Deprecated Parameter" not in configured.printed
    assert "digest    none: state_lock is lockfile" in shown.printed
    assert "No changes." in planned.printed
    assert backend.versions() == versions

    with applying(user, "kms", tmp_path / "apply.log", "-replace=aws_kms_alias.this") as apply:
        wait_until(lambda: places(backend) == (False, True), apply)
        apply.end(180).expect_success()
    assert backend.state()["serial"] > 1
    assert backend.recorded_digest() == digest
    backend.dynamodb.delete_table(TableName=backend.bucket)
    assert "No changes." in plan(user).expect_success().printed


def test_a_checkout_that_is_left_behind_is_refused_and_comes_back_as_the_document_says(
    checkout: Checkout, sections: Mapping[str, Section]
) -> None:
    section = sections["From the lock file back to both locks"]
    ahead, behind = checkout(LOCKFILE), checkout(BOTH)
    ahead.terragrunt("apply", "-auto-approve", "-replace=aws_kms_alias.this", unit="kms", seconds=180).expect_success()
    refused = plan(behind)
    assert refused.status != 0
    assert "state data in S3 does not have the expected content" in " ".join(refused.printed.split())

    set_lock(ahead, BOTH)
    assert section.is_what_happened(ahead.terragrunt("init", "-reconfigure", unit="kms", seconds=180))
    shown, *_, planned = section.follow(ahead)
    assert "the current one is right" in shown.printed
    assert "No changes." in planned.printed
    assert "No changes." in plan(behind).expect_success().printed


@pytest.fixture
def new_account(tmp_path: Path) -> Iterator[Callable[[str], Callable[[str], Ran]]]:
    """Run a command in a unit whose root has some value of `state_lock`, where not even the backend exists."""
    with running(DEV.name, tmp_path / "cache") as dev:

        def with_value(value: str) -> Callable[[str], Ran]:
            live = variant(tmp_path / f"with-{value}", {"terragrunt.hcl": ('= "both"', f'= "{value}"')})
            return lambda command: dev.run([BARE_TERRAGRUNT, command], live / DEV.name / "kms", 180)

        yield with_value


def test_terraform_names_the_table_deprecated_beside_an_error_and_only_where_it_is_used(
    new_account: Callable[[str], Callable[[str], Ran]],
) -> None:
    printed = {lock: new_account(lock)("init").printed for lock in StateLock}
    assert all("S3 bucket" in one and "does not exist" in one for one in printed.values()), printed
    of_terraform = Path(TOOLCHAIN["engine"]).name == "terraform"
    noticed = {lock: "Deprecated Parameter" in one for lock, one in printed.items()}
    assert noticed == {BOTH: of_terraform, DYNAMODB: of_terraform, LOCKFILE: False}


@pytest.mark.parametrize("value", ["", "lock-file", "Both"])
def test_another_value_is_refused_before_anything_is_read(
    new_account: Callable[[str], Callable[[str], Ran]], value: str
) -> None:
    refusal = new_account(value)("plan").expect_refusal()
    assert refusal.startswith(f"state_lock is '{value}' in terragrunt.hcl: choose both, dynamodb or lockfile")
