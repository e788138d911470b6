"""Every shell block of README.md and docs/ is typed as it stands there, in a copy of the checkout.

The copy begins with what `local-aws stop` leaves of an AWS on which everything was applied, so that an apply of all
units has little to do. An apply and a first plan where nothing was there yet are in moments.py and test_backend.py.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.common.paths import REPOSITORY
from scripts.local.aws.server import LocalAws
from scripts.local.aws.state import StateDirectory
from tests.support import documents
from tests.support.documents import Block, Checkout
from tests.support.moments import Moments
from tests.support.platform import DEV

TYPED = [path for path in documents.documents() if any(block.is_typed for block in documents.blocks(path))]
STARTS_A_LOCAL_AWS = ("local-aws start", "make plan")
LAST_LINES = 60


@pytest.fixture(scope="module")
def checkout(moments: Moments, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    made = Checkout(tmp_path_factory.mktemp("documents") / "checkout")
    state = StateDirectory(made.root / ".local" / "aws", DEV.name)
    state.create()
    shutil.copy(moments.applied, state.snapshot_file)
    yield made
    made.end()


@pytest.mark.parametrize("document", TYPED, ids=lambda path: path.relative_to(REPOSITORY).as_posix())
def test_what_a_document_says_to_type_works(document: Path, checkout: Checkout) -> None:
    typed = [block for block in documents.blocks(document) if block.is_typed]
    if any(start in block.commands for block in typed for start in STARTS_A_LOCAL_AWS):
        expect_success(checkout, typed, {})
        return
    with LocalAws(DEV.name, DEV.account_id, DEV.region) as account:
        leading = ("AWS_", "NO_PROXY", "no_proxy")
        here = {name: value for name, value in account.environment.items() if name.startswith(leading)}
        expect_success(checkout, typed, here)


def expect_success(checkout: Checkout, typed: list[Block], variables: dict[str, str]) -> None:
    done = checkout.type(typed, variables)
    reached = [line.removeprefix("=== ") for line in done.stdout.splitlines() if line.startswith("=== ")]
    last = "\n".join(done.stdout.splitlines()[-LAST_LINES:])
    assert done.returncode == 0, f"failed in the block at {reached[-1] if reached else 'the start'}:\n{last}"
    assert reached == [str(block) for block in typed]
