"""Findings as charts: horizontal bars, one panel for each comparison, drawn by Matplotlib as SVG or PNG."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Patch

from benchmarks.support.findings import Figure, Findings, Role
from benchmarks.support.table import amount

COLOURS = {Role.OURS: "#0b6e4f", Role.PEER: "#9aa5b1", Role.LIMIT: "#d8c48a"}
_MEANING = {
    Role.OURS: "this project",
    Role.PEER: "what else one would use",
    Role.LIMIT: "a limit: does less than it has to",
}
_INCHES_WIDE, _INCHES_A_BAR, _INCHES_A_PANEL = 9.0, 0.32, 0.75
_ROOM_FOR_TEXT = 1.3


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its name, its length, what is written behind it, and its colour."""

    name: str
    length: float
    text: str
    colour: str


def bars(findings: Findings) -> list[Bar]:
    """Give a bar for each figure, the best one first."""
    ranked = sorted(findings.figures, key=lambda figure: figure.value, reverse=findings.more_is_better)
    return [Bar(figure.contender, figure.value, _text(figure, findings), COLOURS[figure.role]) for figure in ranked]


def draw(file: Path, findings: Sequence[Findings], facts: Mapping[str, str]) -> None:
    """Draw comparisons below each other into a file whose name says the format, with the machine as footer."""
    heights = [len(one.figures) * _INCHES_A_BAR + _INCHES_A_PANEL for one in findings]
    # Text stays text, so that the file is small and can be searched; the salt and the date make it repeatable.
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "csvbatch", "font.size": 9}):
        canvas = Canvas(figsize=(_INCHES_WIDE, sum(heights) + 0.8), layout="constrained", facecolor="white")
        panels = canvas.subplots(len(findings), 1, squeeze=False, height_ratios=heights)[:, 0]
        for axes, one in zip(panels, findings, strict=True):
            _panel(axes, one)
        roles = [role for role in Role if any(figure.role is role for one in findings for figure in one.figures)]
        handles = [Patch(color=COLOURS[role], label=_MEANING[role]) for role in roles]
        canvas.legend(handles=handles, loc="outside upper center", ncols=len(handles), frameon=False)
        canvas.supxlabel(footer(facts), fontsize=7, color="#555555")
        metadata = {"Date": None} if file.suffix == ".svg" else None
        canvas.savefig(file, metadata=metadata, dpi=110)


def footer(facts: Mapping[str, str]) -> str:
    """Say in a line when and where the figures were taken."""
    python = facts["Python"].removeprefix("CPython ")
    return (
        f"{facts['date']}, {facts['processors']}, {facts['memory']}, Python {python}, "
        f"load average before: {facts['load average before']}"
    )


def _panel(axes: Axes, findings: Findings) -> None:
    shown = bars(findings)
    axes.barh(range(len(shown)), [bar.length for bar in shown], color=[bar.colour for bar in shown], height=0.72)
    for place, bar in enumerate(shown):
        axes.text(bar.length, place, f" {bar.text}", va="center", ha="left")
    axes.set_yticks(range(len(shown)), [bar.name for bar in shown])
    axes.invert_yaxis()
    axes.set_xlim(0, max(bar.length for bar in shown) * _ROOM_FOR_TEXT)
    better = "more is better" if findings.more_is_better else "less is better"
    axes.set_title(f"{findings.title}: {findings.unit}, {better}", loc="left", fontsize=10)
    axes.spines[["top", "right", "bottom"]].set_visible(False)
    axes.set_xticks([])
    axes.tick_params(left=False)


def _text(figure: Figure, findings: Findings) -> str:
    unit = "" if findings.unit.endswith("/s") and findings.unit != "GB/s" else f" {findings.unit}"
    ratio = "reference" if figure.ratio is None else f"{figure.ratio:.2f}x"
    return f"{amount(figure.value)}{unit} ({ratio})"
