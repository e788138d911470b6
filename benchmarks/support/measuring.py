"""Runs contenders in turn, so that all of them meet the same noise, and compares what they took pair by pair."""

import os
import resource
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.support.findings import Aim, Findings, Role, figures_of

LIMIT_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds by the clock, and of processors."""

    clock: float
    processor: float


@dataclass(slots=True)
class Comparison:
    """What each contender took in each round, by its name; all of them took part in as many rounds.

    Where more programs run than there are processors, the clock measures the others, so seconds of processors count.
    """

    is_busy: bool = field(default_factory=lambda: os.getloadavg()[0] > (os.process_cpu_count() or 1))
    taken: defaultdict[str, list[Taken]] = field(default_factory=lambda: defaultdict(list))

    def note(self, name: str, taken: Taken) -> None:
        """Add a round's figures."""
        self.taken[name].append(taken)

    def findings(
        self,
        benchmark: str,
        title: str,
        reference: str,
        roles: Mapping[str, Role],
        *,
        aims: Mapping[str, Aim] | None = None,
        rows: int = 0,
        notes: Sequence[str] = (),
    ) -> Findings:
        """Give rows a second where rows are given, else seconds; seconds of processors are given as well."""
        clocks = {name: [one.clock for one in times] for name, times in self.taken.items()}
        processors = {name: [one.processor for one in times] for name, times in self.taken.items()}
        counted = processors if self.is_busy else clocks
        values = {name: [rows / each if rows else each for each in times] for name, times in counted.items()}
        busy = ["The machine was busy with other work: seconds of processors were compared, not those of the clock."]
        return Findings(
            benchmark=benchmark,
            title=f"{title}, by processor" if self.is_busy else title,
            unit="rows/s" if rows else "s",
            more_is_better=bool(rows),
            reference=reference,
            rounds=len(values[reference]),
            figures=figures_of(values, reference, roles, aims=aims, processors=processors),
            notes=(*notes, *(busy if self.is_busy else [])),
        )


def run(command: Sequence[str | Path], *, fine: Sequence[int] = (0,), **settings: object) -> None:
    """Run a program to its end; raises with what it said where its status is not one of those that are fine."""
    limits = {"capture_output": True, "text": True, "timeout": LIMIT_SECONDS, "check": False}
    done = subprocess.run(command, **{**limits, **settings})  # type: ignore[call-overload]
    if done.returncode not in fine:
        raise RuntimeError(f"{command[0]} ended with status {done.returncode}:\n{done.stdout}{done.stderr}")


def timed(action: Callable[[], object], processor: Callable[[], float] | None = None) -> Taken:
    """Do something and give what it took; `processor` counts seconds of processors, those of children if not given."""
    processor = processor or of_children
    start, before = time.perf_counter(), processor()
    action()
    return Taken(time.perf_counter() - start, processor() - before)


def of_children() -> float:
    """Seconds of processors that the programs took which this process started and waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime
