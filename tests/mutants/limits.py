"""A pytest plugin that chooses the tests of one mutant, lets the fastest run first, and limits their processor time.

A mutant meets all tests of its own package that reach it, and of the others the fastest that together take no more than
`OTHERS_SECONDS`: nearly all that kill it are among them, and one that survives does not cost a minute.

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

from tests.support.costs import Costs

OTHERS_SECONDS = 8.0
MULTIPLE = 10
CONSTANT_SECONDS = 10
_MEASURING = "stats"
_NO_MUTANT = frozenset({"", "fail", "list_all_tests", "mutant_generation", _MEASURING})

_seconds: dict[str, float] = {}


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Leave out what keeps the costs of a run in one file: the tests of several mutants would write it at once."""
    for plugin in list(config.pluginmanager.get_plugins()):
        if isinstance(plugin, Costs):
            config.pluginmanager.unregister(plugin)


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
    """Choose a mutant's tests, and set their limit; the hard one is a second later, if a test handles the signal."""
    if (mutant := _under_test()) in _NO_MUTANT:
        return
    measured = _measured(config)
    seconds = {item.nodeid: measured.get(item.nodeid, 0.0) for item in items}
    order = chosen(seconds, mutant)
    rank = {nodeid: number for number, nodeid in enumerate(order)}
    items[:] = sorted((item for item in items if item.nodeid in rank), key=lambda item: rank[item.nodeid])
    limit = limit_seconds([seconds[nodeid] for nodeid in order], time.process_time())
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    if hard == resource.RLIM_INFINITY or limit + 1 < hard:
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))


def chosen(seconds: dict[str, float], mutant: str) -> list[str]:
    """Give the tests that a mutant meets, in their order: by what each takes, the fastest first."""
    package = mutant.split(".")[1]
    kept, others = [], 0.0
    for test in sorted(seconds, key=lambda one: seconds[one]):
        if not test.startswith((f"tests/unit/csvbatch/{package}/", f"tests/integration/{package}/")):
            others += seconds[test]
            if others > OTHERS_SECONDS:
                continue
        kept.append(test)
    return kept


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
