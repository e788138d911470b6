"""Runs contenders in turn, so that all of them meet the same noise, and compares what they took pair by pair."""

import resource
import statistics
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

LIMIT_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds by the clock, and of processors."""

    clock: float
    processor: float


@dataclass(slots=True)
class Comparison:
    """What each contender took in each round, by its name; all of them took part in as many rounds."""

    taken: defaultdict[str, list[Taken]] = field(default_factory=lambda: defaultdict(list))

    def note(self, name: str, taken: Taken) -> None:
        """Add a round's figures."""
        self.taken[name].append(taken)

    def print(self, peer: str, aims: Mapping[str, str], rows: int = 0) -> None:
        """Print a line a contender: best seconds, rows a second where rows are given, and ratios to the peer.

        A ratio is the median of the rounds'. The least and the most by the clock tell how noisy the machine was;
        seconds of processors tell more than the clock where other work is going on.
        """
        width = max(map(len, self.taken)) + 2
        of_rows = f"{'rows/s':>10}" if rows else ""
        print(f"{'':<{width}}{'best':>9}{'processor':>11}{of_rows}{'times the peer, by clock':>28}{'processor':>11}")
        for name, times in self.taken.items():
            clock, processor = min(one.clock for one in times), min(one.processor for one in times)
            rate = f"{rows / clock:10,.0f}" if rows else ""
            ratios = "the peer" if name == peer else self._ratios(name, peer)
            aim = f"   aim: {aims[name]}" if name in aims else ""
            print(f"{name:<{width}}{clock:7.2f} s{processor:9.2f} s{rate}{ratios:>39}{aim}")

    def _ratios(self, name: str, peer: str) -> str:
        pairs = list(zip(self.taken[name], self.taken[peer], strict=True))
        clock = [mine.clock / other.clock for mine, other in pairs]
        processor = statistics.median(mine.processor / other.processor for mine, other in pairs)
        spread = f"({min(clock):.2f} to {max(clock):.2f})"
        return f"{statistics.median(clock):.2f}x {spread}{processor:10.2f}x"


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
