"""What every test shares: no test may meet real credentials."""

import csv
import os
from collections.abc import Iterator

import pytest


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
