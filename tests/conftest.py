"""What every test shares: no real credentials, one order of the groups, and a measurement of what each costs."""

import csv
import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from scripts.local.aws import environment
from scripts.terragrunt.launcher import GO_MEMORY_FOR_SPEED
from tests.support import groups
from tests.support.costs import Costs


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Costs(config))
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # A shell starts background jobs so, and what the tests start would inherit it: nothing could be interrupted.
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    groups.order(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are processors, for `-n auto`: a third of the time they wait for programs."""
    return (os.process_cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> groups.SchedulingByGroup | None:
    """Keep the tests of a group in one process where several run, for `--dist loadgroup`."""
    return groups.SchedulingByGroup(config, log) if config.getoption("dist") == "loadgroup" else None


@pytest.fixture(scope="session", autouse=True)
def no_real_aws() -> None:
    """Take from this process whatever could lead to a real AWS, and a proxy away from what runs on this machine.

    Terraform and its provider, which most of the time goes into, collect less often, as for users of the launcher.
    """
    for name in [name for name in os.environ if name.startswith("AWS_") and name != "AWS_CA_BUNDLE"]:
        del os.environ[name]
    os.environ.update(
        AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull, AWS_EC2_METADATA_DISABLED="true"
    )
    os.environ.pop("CSVBATCH_AWS", None)
    os.environ.setdefault("GOGC", GO_MEMORY_FOR_SPEED)
    without_proxy = environment.hosts_without_proxy(os.environ)
    os.environ.update(NO_PROXY=without_proxy, no_proxy=without_proxy)


@pytest.fixture(autouse=True)
def csv_limit_of_a_new_process() -> Iterator[None]:
    """Put the longest field that `csv` takes back: it is one setting for the whole process, and only ever raised."""
    before = csv.field_size_limit()
    yield
    csv.field_size_limit(before)
