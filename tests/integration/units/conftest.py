"""Each test begins with dev as it was applied, and a committed tree that is the same."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import moments
from tests.support.changed_tree import ChangedTree
from tests.support.platform import DEV, Platform, running


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Terragrunt's cache of this session: initialised units stay so from test to test."""
    return tmp_path_factory.mktemp("terragrunt-cache")


@pytest.fixture(scope="session")
def copy(tmp_path_factory: pytest.TempPathFactory) -> ChangedTree:
    return ChangedTree(tmp_path_factory.mktemp("tree") / "checkout")


@pytest.fixture
def tree(copy: ChangedTree) -> ChangedTree:
    copy.branch()
    return copy


@pytest.fixture
def dev(cache: Path) -> Iterator[Platform]:
    with running(DEV.name, cache, moments.of_dev(cache).applied) as platform:
        yield platform


@pytest.fixture
def new_dev(cache: Path) -> Iterator[Platform]:
    """A state backend, and nothing in it."""
    with running(DEV.name, cache, moments.bootstrapped(DEV.name, cache)) as platform:
        yield platform
