"""Which mutants are tried, and what became of each, read from mutmut's own records."""

import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mutmut.stats import status_by_exit_code

PACKAGES = ["csv_file", "rows", "store", "pipeline"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A mutant, and what the tests made of it."""

    name: str
    status: str

    @property
    def package(self) -> str:
        """The package of the library that it is in."""
        return self.name.split(".")[1]

    @property
    def killed(self) -> bool:
        """Whether a test failed, or did not end."""
        return self.status in ("killed", "timeout")


def drawn(workspace: Path, package: str, count: int, seed: int) -> list[str]:
    """Draw mutants of a package; all of them where there are fewer."""
    names = sorted(name for name, _ in _recorded(workspace, package))
    return random.Random(seed).sample(names, min(count, len(names)))


def outcomes(workspace: Path, names: Iterable[str]) -> list[Outcome]:
    """Give what became of these mutants."""
    recorded = dict(_recorded(workspace, "*"))
    return [Outcome(name, status_by_exit_code[recorded[name]]) for name in names]


def _recorded(workspace: Path, package: str) -> Iterator[tuple[str, int | None]]:
    for file in sorted(workspace.glob(f"mutants/src/csvbatch/{package}/**/*.meta")):
        yield from json.loads(file.read_text(encoding="utf-8"))["exit_code_by_key"].items()
