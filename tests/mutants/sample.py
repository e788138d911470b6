"""Which mutants are tried, and what became of each, read from mutmut's own records."""

import contextlib
import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from pathlib import Path

from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code

from tests.mutants.equivalent import is_equivalent

PACKAGES = ["contract", "csv_file", "rows", "store", "pipeline", "aws", "local", "cli"]

_NOT_COLLECTED = 2
"""What pytest ends with where a test file cannot be imported: the mutant breaks what the file does at once."""


class Fate(StrEnum):
    """What became of a mutant. One that timed out is neither killed nor survived: nobody knows whether it would end."""

    KILLED = "killed"
    SURVIVED = "survived"
    NO_TEST = "no test"
    TIMED_OUT = "timed out"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A mutant, and what the tests made of it."""

    name: str
    fate: Fate

    @property
    def package(self) -> str:
        """The package of the library that it is in."""
        return self.name.split(".")[1]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of a package's mutants had each fate."""

    of: dict[Fate, int]

    @classmethod
    def count(cls, found: Iterable[Outcome], package: str) -> "Tally":
        """Count the mutants of this package."""
        fates = [one.fate for one in found if one.package == package]
        return cls({fate: fates.count(fate) for fate in Fate})

    @property
    def decided(self) -> int:
        """How many did not time out."""
        return sum(count for fate, count in self.of.items() if fate is not Fate.TIMED_OUT)

    @property
    def percent_killed(self) -> float:
        """Of those that did not time out; a mutant that no test reaches survived. 100 where there is none."""
        return 100 * self.of[Fate.KILLED] / self.decided if self.decided else 100.0


def drawn(workspace: Path, package: str, count: int, seed: int) -> list[str]:
    """Draw mutants of a package that tests can kill; all of them where there are fewer."""
    names = sorted(name for name, _ in _recorded(workspace, package))
    random.Random(seed).shuffle(names)
    with contextlib.chdir(workspace):
        killable = (name for name in names if not is_equivalent(get_diff_for_mutant(name)))
        return list(islice(killable, count))


def outcomes(workspace: Path, names: Iterable[str]) -> list[Outcome]:
    """Give what became of these mutants; raises RuntimeError if mutmut ended before it had tried all."""
    recorded = dict(_recorded(workspace, "*"))
    return [Outcome(name, fate_of(name, recorded[name])) for name in names]


def fate_of(name: str, status: int | None) -> Fate:
    """Read the status with which the tests of a mutant ended."""
    if status == _NOT_COLLECTED:
        return Fate.KILLED
    match status_by_exit_code[status]:
        case "killed":
            return Fate.KILLED
        case "survived":
            return Fate.SURVIVED
        case "no tests":
            return Fate.NO_TEST
        case "timeout":
            return Fate.TIMED_OUT
        case other:
            raise RuntimeError(f"mutants: {name} ended as {other!r} (status {status}); see mutmut.log")


def _recorded(workspace: Path, package: str) -> Iterator[tuple[str, int | None]]:
    for file in sorted(workspace.glob(f"mutants/src/csvbatch/{package}/**/*.meta")):
        yield from json.loads(file.read_text(encoding="utf-8"))["exit_code_by_key"].items()
