"""What every test shares: no test may meet real credentials, and which tests share what is dear to make."""

import csv
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
OF_APPLIED_DEV = {"platform", "least_privilege", "policy_mutations"}
"""Folders whose tests begin with dev as it was applied once, which takes minutes."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a folder in one process where several run, and let the longest folders begin first."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(group_of(item.path)))
    items.sort(key=lambda item: group_of(item.path) != "applied dev")


def group_of(path: Path) -> str:
    """The tests that share fixtures of a session."""
    folder = path.parent.relative_to(TESTS).parts[:2]
    return "applied dev" if OF_APPLIED_DEV & set(folder) else "/".join(folder)


@pytest.fixture(scope="session", autouse=True)
def no_real_aws() -> None:
    """Take from this process whatever could lead to a real AWS."""
    for name in [name for name in os.environ if name.startswith("AWS_") and name != "AWS_CA_BUNDLE"]:
        del os.environ[name]
    os.environ.update(
        AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull, AWS_EC2_METADATA_DISABLED="true"
    )
    os.environ.pop("CSVBATCH_AWS", None)


@pytest.fixture(autouse=True)
def csv_limit_of_a_new_process() -> Iterator[None]:
    """Put the longest field that `csv` takes back: it is one setting for the whole process, and only ever raised."""
    before = csv.field_size_limit()
    yield
    csv.field_size_limit(before)
