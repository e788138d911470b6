"""One server in the test's own process for all tests of patches."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from scripts.local.aws.patches.registry import PatchFunction
from tests.integration.local.aws.served import ACCOUNT_ID, Aws, Served

Compare = Callable[[PatchFunction, Callable[[Aws], Any]], tuple[Any, Any]]


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    server = Served(tmp_path_factory.mktemp("served"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def account_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set for each test and not for the session: in-process moto of the tests that follow reads it too."""
    monkeypatch.setenv("MOTO_ACCOUNT_ID", ACCOUNT_ID)


@pytest.fixture
def compare(served: Served) -> Compare:
    return served.compare
