"""A repository on disk, and what stands for its forge."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import fake_github
from tests.support.fake_github import Forge
from tests.support.workflows.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


@pytest.fixture
def forge() -> Iterator[Forge]:
    with fake_github.serving() as made:
        yield made
