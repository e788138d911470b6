"""A pytest plugin that limits the processor time of the tests of one mutant, and lets its fastest tests run first.

mutmut ends a mutant after (seconds of its tests + `timeout_constant`) times `timeout_multiplier` of the clock, and
after twice as many seconds of the processor (https://mutmut.readthedocs.io, "Unstable configs"). Seconds of the clock
depend on what else the machine does, so the workspace sets them generously, and this limit is the one that counts.
Tests that wait without end use no processor time: these are left to the clock.
"""

import json
import os
import resource
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

MULTIPLE = 10
CONSTANT_SECONDS = 10
_MEASURING = "stats"
_NO_MUTANT = frozenset({"", "fail", "list_all_tests", "mutant_generation", _MEASURING})

_seconds: dict[str, float] = {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Measure each test with its fixtures, without other programs: each of these has a limit of its own."""
    before = time.process_time()
    result = yield
    _seconds[item.nodeid] = time.process_time() - before
    return result


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Keep what was measured where mutmut runs the tests without a mutant."""
    if _under_test() == _MEASURING:
        known = _measured(session.config)
        _file(session.config).write_text(json.dumps(known | _seconds), encoding="utf-8")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Set the limit for a mutant's tests; the hard limit is a second later, in case that a test handles the signal."""
    if _under_test() in _NO_MUTANT:
        return
    measured = _measured(config)
    items.sort(key=lambda item: measured.get(item.nodeid, 0.0))
    limit = limit_seconds([measured.get(item.nodeid, 0.0) for item in items], time.process_time())
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    if hard == resource.RLIM_INFINITY or limit + 1 < hard:
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))


def limit_seconds(tests: list[float], used: float) -> int:
    """Give how many seconds a process that has used some already may use in all, by what its tests take each."""
    return int(used + sum(tests) * MULTIPLE + CONSTANT_SECONDS)


def _under_test() -> str:
    return os.environ.get("MUTANT_UNDER_TEST", "")


def _file(config: pytest.Config) -> Path:
    return config.rootpath / "cpu-seconds.json"


def _measured(config: pytest.Config) -> dict[str, float]:
    path = _file(config)
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
