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
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

OTHERS_SECONDS = 8.0
MULTIPLE = 10
CONSTANT_SECONDS = 10
_FILE = "cpu-seconds.json"
_MEASURING = "stats"
_NO_MUTANT = frozenset({"", "fail", "list_all_tests", "mutant_generation", _MEASURING})

_seconds: dict[str, float] = {}


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Leave out what keeps the costs of a run in one file: the tests of several mutants would write it at once."""
    # Not imported above: mutmut itself imports this file, and must take no other of `tests` before the copy's.
    from tests.support.costs import Costs

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
        folder = session.config.rootpath
        (folder / _FILE).write_text(json.dumps(measured(folder) | _seconds), encoding="utf-8")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Sort a mutant's tests by what they take, and set their limit: beyond it the system ends the process."""
    if _under_test() in _NO_MUTANT:
        return
    seconds = measured(config.rootpath)
    items.sort(key=lambda item: seconds.get(item.nodeid, 0.0))
    limit = limit_seconds([seconds.get(item.nodeid, 0.0) for item in items], time.process_time())
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    if hard == resource.RLIM_INFINITY or limit < hard:
        resource.setrlimit(resource.RLIMIT_CPU, (limit, hard))


def limit_seconds(tests: list[float], used: float) -> int:
    """Give how many seconds a process that has used some already may use in all, by what its tests take each."""
    return int(used + sum(tests) * MULTIPLE + CONSTANT_SECONDS)


def rounds(tests: Iterable[str], seconds: dict[str, float], mutant: str) -> list[list[str]]:
    """Give the test functions that a mutant meets, round after round, each with all of its parameters.

    Names of parameters are left out, because pytest does not find all of them again.
    """
    by_function: dict[str, float] = defaultdict(float)
    for test in tests:
        by_function[test.partition("[")[0]] += seconds.get(test, 0.0)
    package = mutant.split(".")[1]
    own, others, left = [], [], OTHERS_SECONDS
    for function in sorted(by_function, key=lambda one: by_function[one]):
        if function.startswith((f"tests/unit/csvbatch/{package}/", f"tests/integration/{package}/")):
            own.append(function)
        elif (left := left - by_function[function]) >= 0:
            others.append(function)
    return [each for each in (own, others) if each]


def measured(folder: Path) -> dict[str, float]:
    """Give the seconds of the processor that each test takes, as measured in this folder; empty before that."""
    path = folder / _FILE
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _under_test() -> str:
    return os.environ.get("MUTANT_UNDER_TEST", "")
