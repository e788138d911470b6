"""Which tests run in one process, and which groups of them begin first."""

from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

TESTS = Path(__file__).parents[1]
SPLIT = frozenset({"infrastructure/test_modules.py", "integration/platform", "integration/store", "unit"})
"""The files that are groups of their own, and the folders of which each file is one.

They take long, and share little with their neighbours or share it under a lock.
"""
LONGEST_FIRST = (
    "integration/platform/test_documents.py",
    "infrastructure/test_modules.py",
    "integration/platform/test_plan_and_apply.py",
    "integration/least_privilege",
    "integration/account",
    "integration/state",
    "integration/local/runtime",
    "faults/packaged",
    "integration/local/aws",
    "integration/platform/test_destroy.py",
    "integration/how_to",
    "integration/platform/test_backend.py",
    "integration/environments",
    "integration/supply_chain",
    "unit/csvbatch/pipeline",
    "integration/scan/mutations",
    "integration/adopted_vpc",
    "integration/store/test_crash.py",
    "integration/local/demo",
    "integration/scan",
)
"""The groups that take longest, in the order of `make test-costs`.

The first one applies dev, and other groups wait for that: so those that need no applied dev come right after it.
"""


def group_of(path: Path) -> str:
    """The tests that share fixtures of a session: those of a folder, or of one file."""
    file = path.relative_to(TESTS)
    folder = file.parent.as_posix()
    return file.as_posix() if SPLIT & {file.as_posix(), folder} else folder


def order(items: list[pytest.Item]) -> None:
    """Let the groups that take longest begin first, so that none of them is left over at the end."""
    rank = {group: number for number, group in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: rank.get(group_of(item.path), len(rank)))


class SchedulingByGroup(LoadScopeScheduling):
    """Gives all tests of a group to one process, the groups in the order in which they were collected.

    The marks of pytest-xdist would say the same, but it drops them without an error under pytest 9.2
    (https://github.com/pytest-dev/pytest-xdist/issues/1386): each test is then scheduled by itself, and each process
    makes the fixtures of a session again, at a moment that depends on how busy the machine is.
    """

    def __init__(self, config: pytest.Config, log: Any) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return group_of(self.config.rootpath / nodeid.partition("::")[0])
