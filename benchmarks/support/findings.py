"""What a benchmark found, in one form for the terminal, the report and the charts.

Needs nothing but the standard library, so that every benchmark can publish what it found.
"""

import json
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from scripts.common.paths import DIST

FOLDER = DIST / "bench"


class Role(StrEnum):
    """What a contender is to the project."""

    OURS = "ours"
    PEER = "peer"
    LIMIT = "limit"
    """Does less than the project has to, so it can only be approached."""


@dataclass(frozen=True, slots=True)
class Aim:
    """What the ratio to the reference should be at most or, with `at_least`, at least.

    With a `unit` it is the value itself that is limited.
    """

    limit: float
    at_least: bool = False
    unit: str = ""

    def __str__(self) -> str:
        amount = f"{self.limit:g} {self.unit}" if self.unit else f"{self.limit:.2f}x"
        return f"{amount} or {'more' if self.at_least else 'less'}"

    def is_met(self, figure: "Figure") -> bool:
        """Tell whether a figure is within the aim; the spread of the rounds is not allowed for."""
        reached = figure.value if self.unit or figure.ratio is None else figure.ratio
        return reached >= self.limit if self.at_least else reached <= self.limit


@dataclass(frozen=True, slots=True)
class Figure:
    """A contender's median over the rounds, in the unit of its findings, and its ratio to the reference's.

    The ratio is the median of the rounds' ratios, `low` and `high` are the least and the greatest of them; None for
    the reference. `processor` is the median of seconds of processors, None where they were not measured.
    """

    contender: str
    role: Role
    value: float
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    processor: float | None = None
    aim: Aim | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """One comparison: its figures, with one contender as the reference of the ratios.

    `notes` say what was left out, and why.
    """

    benchmark: str
    title: str
    unit: str
    more_is_better: bool
    reference: str
    rounds: int
    figures: tuple[Figure, ...]
    notes: tuple[str, ...] = ()


def figures_of(
    values: Mapping[str, Sequence[float]],
    reference: str,
    roles: Mapping[str, Role],
    *,
    aims: Mapping[str, Aim] | None = None,
    processors: Mapping[str, Sequence[float]] | None = None,
) -> tuple[Figure, ...]:
    """Compare each contender with the reference round by round, so that noise meets both; give a figure for each."""
    aims, processors = aims or {}, processors or {}
    found = []
    for name, own in values.items():
        ratios = [mine / other for mine, other in zip(own, values[reference], strict=True)]
        is_reference = name == reference
        found.append(
            Figure(
                contender=name,
                role=roles[name],
                value=statistics.median(own),
                ratio=None if is_reference else statistics.median(ratios),
                low=None if is_reference else min(ratios),
                high=None if is_reference else max(ratios),
                processor=statistics.median(processors[name]) if name in processors else None,
                aim=aims.get(name),
            )
        )
    return tuple(found)


def publish(*findings: Findings) -> None:
    """Print findings, and keep them in `dist/bench/` for the report. All of a benchmark's are published at once."""
    from benchmarks.support.table import plain

    for one in findings:
        print(plain(one), flush=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    file = FOLDER / f"{findings[0].benchmark}.json"
    file.write_text(json.dumps([asdict(one) for one in findings], indent=1) + "\n", encoding="utf-8")


def read_findings(files: Iterable[Path]) -> list[Findings]:
    """Read what benchmarks have published, in the order of these files."""
    return [_findings(one) for file in files for one in json.loads(file.read_text(encoding="utf-8"))]


def _findings(fields: Mapping[str, object]) -> Findings:
    figures = tuple(
        Figure(
            **{**figure, "role": Role(figure["role"]), "aim": Aim(**figure["aim"]) if figure["aim"] else None},
        )
        for figure in fields["figures"]  # type: ignore[attr-defined]
    )
    return Findings(**{**fields, "figures": figures, "notes": tuple(fields["notes"])})  # type: ignore[arg-type]
