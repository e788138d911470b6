"""What each group of tests costs, measured in every run and shown by `make test-costs`."""

import json
import os
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

from scripts.toolchain.files import write_if_changed
from tests.support.groups import TESTS, group_of

FILE = TESTS.parent / "dist" / "test-costs.json"
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_CHILDREN = 1
"""The field after the state in /proc/PID/stat: the parent's id. User and system time follow, then those of children."""
_TIMES = slice(11, 15)


@dataclass(slots=True)
class Cost:
    """What a group took so far: set-up and tear-down are in it.

    `cpu` counts the seconds of all processors, of this process and of everything it has started. A server that
    outlives its group is counted in the groups in which it works.
    """

    tests: int = 0
    seconds: float = 0.0
    cpu: float = 0.0

    def add(self, other: "Cost") -> None:
        self.tests += other.tests
        self.seconds += other.seconds
        self.cpu += other.cpu


class Costs:
    """A plugin: each process measures its own groups, and the first process writes them down."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._by_group: dict[str, Cost] = defaultdict(Cost)
        self._group = ""
        self._since = (0.0, 0.0)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        if (group := group_of(item.path)) != self._group:
            self._end_group()
            self._group, self._since = group, (time.monotonic(), cpu_seconds())
        self._by_group[group].tests += 1
        return (yield)

    def _end_group(self) -> None:
        if self._group:
            began, cpu = self._since
            self._by_group[self._group].add(Cost(0, time.monotonic() - began, cpu_seconds() - cpu))
        self._group = ""

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        for group, cost in getattr(node, "workeroutput", {}).get("costs", {}).items():
            self._by_group[group].add(Cost(**cost))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        self._end_group()
        measured = {group: asdict(cost) for group, cost in self._by_group.items()}
        if hasattr(self._config, "workeroutput"):
            self._config.workeroutput["costs"] = measured
        elif measured:
            write_if_changed(FILE, json.dumps(known() | measured, indent=2, sort_keys=True) + "\n")


def known() -> dict[str, dict[str, float]]:
    """The costs of the groups as they ran last."""
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.is_file() else {}


def cpu_seconds() -> float:
    """What this process, the children it has waited for, and its living descendants have used."""
    own = os.times()
    return own.user + own.system + own.children_user + own.children_system + _of_living_descendants()


def _of_living_descendants() -> float:
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        pid = int(path.parent.name)
        parents[pid], ticks[pid] = int(fields[_CHILDREN]), sum(map(int, fields[_TIMES]))
    me = os.getpid()

    def descends(pid: int) -> bool:
        while pid in parents and pid != me:
            pid = parents[pid]
        return pid == me

    return sum(ticks[pid] for pid in ticks if pid != me and descends(pid)) / _TICKS_PER_SECOND


def table() -> str:
    """The groups, dearest first."""
    rows = sorted(known().items(), key=lambda row: -row[1]["seconds"])
    lines = [f"{'group':<50} {'tests':>6} {'seconds':>8} {'CPU':>8}"]
    lines += [f"{group:<50} {cost['tests']:>6} {cost['seconds']:>8.1f} {cost['cpu']:>8.1f}" for group, cost in rows]
    total = [sum(cost[kind] for _, cost in rows) for kind in ("tests", "seconds", "cpu")]
    lines.append(f"{'all':<50} {total[0]:>6} {total[1]:>8.1f} {total[2]:>8.1f}")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table() if known() else f"{FILE} is missing: make test writes it")
