"""Two releases at work at once, as during a deployment: the packages of today, and those of an earlier commit.

The database is that of today: docs/first-day.md has it migrated before the functions are deployed.
"""

from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from tests.faults.law import settle
from tests.faults.packaged.arenas import PackagedArena
from tests.faults.packaged.platform import Platform, Release
from tests.faults.releases import CLAIMS_A_BUCKET, is_known, package
from tests.faults.schedule import Event, What
from tests.faults.soak import failure_of

FILES = (Event(What.FILE_ARRIVES, 11), Event(What.FILE_ARRIVES, 12))


@pytest.fixture(scope="module")
def earlier(deployed: Platform, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The functions of an earlier release, beside those of today."""
    if not is_known(CLAIMS_A_BUCKET):
        pytest.skip(f"the history here does not go back to {CLAIMS_A_BUCKET[:7]}: git fetch --unshallow")
    return deployed.deploy(package(CLAIMS_A_BUCKET, tmp_path_factory.mktemp("earlier")))


@pytest.fixture
def arena(arenas: Callable[[str], PackagedArena]) -> PackagedArena:
    return arenas("postgresql")


@pytest.mark.parametrize("is_newer", [True, False], ids=["new handler", "old handler"])
def test_messages_of_one_release_are_loaded_by_the_other(
    arena: PackagedArena, earlier: Release, is_newer: bool
) -> None:
    today = arena.platform.today
    sender, taker = (earlier, today) if is_newer else (today, earlier)
    mixed = replace(arena, releases=(Release(sender.processor, taker.handler),))
    with mixed.running() as world:
        for event in FILES:
            world.happen(event)
        world.process()
        sent = world.messages().waiting
        assert sent > 1
        while world.handle(Random(0)):
            pass
        assert world.messages().deleted == sent
        assert settle(world) == []


@pytest.mark.parametrize("seed", [20, 21])
def test_the_law_holds_while_functions_of_both_releases_are_at_work(
    arena: PackagedArena, earlier: Release, seed: int
) -> None:
    assert failure_of(replace(arena, releases=(earlier, arena.platform.today)), seed) is None
