"""What every test shares: no test may meet real credentials, and which tests share what is dear to make."""

import csv
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from scripts.local.aws import environment

TESTS = Path(__file__).parent
LONGEST_FIRST = ("integration/platform", "unit/csvbatch/csv_file", "integration/store")
"""The groups that take longest; the first of them also makes what others begin with, dev as it was applied."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the groups that take longest begin first, so that none of them is left over at the end."""
    rank = {group: number for number, group in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: rank.get(group_of(item.path), len(rank)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling | None:
    """Keep the tests of a folder in one process where several run, for `--dist loadgroup`.

    The marks of pytest-xdist would say the same, but it drops them without an error under pytest 9.2
    (https://github.com/pytest-dev/pytest-xdist/issues/1386): each test is then scheduled by itself, and each process
    makes the fixtures of a session again, at a moment that depends on how busy the machine is.
    """
    if config.getoption("dist") != "loadgroup":
        return None
    config.option.loadscopereorder = False
    return SchedulingByFolder(config, log)


class SchedulingByFolder(LoadScopeScheduling):
    """Gives all tests of a group to one process, the groups in the order in which they were collected."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(self.config.rootpath / nodeid.partition("::")[0])


def group_of(path: Path) -> str:
    """The tests that share fixtures of a session."""
    return path.parent.relative_to(TESTS).as_posix()


@pytest.fixture(scope="session", autouse=True)
def no_real_aws() -> None:
    """Take from this process whatever could lead to a real AWS, and a proxy away from what runs on this machine."""
    for name in [name for name in os.environ if name.startswith("AWS_") and name != "AWS_CA_BUNDLE"]:
        del os.environ[name]
    os.environ.update(
        AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull, AWS_EC2_METADATA_DISABLED="true"
    )
    os.environ.pop("CSVBATCH_AWS", None)
    without_proxy = environment.hosts_without_proxy(os.environ)
    os.environ.update(NO_PROXY=without_proxy, no_proxy=without_proxy)


@pytest.fixture(autouse=True)
def csv_limit_of_a_new_process() -> Iterator[None]:
    """Put the longest field that `csv` takes back: it is one setting for the whole process, and only ever raised."""
    before = csv.field_size_limit()
    yield
    csv.field_size_limit(before)
