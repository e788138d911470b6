"""Draws what a load run measured as one picture."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.load.run import Measured

_INCHES = (10, 13)
_AROUND = 5


def draw(measured: Measured, pictures: Sequence[Path]) -> None:
    """Write the picture; the ending of each path names its format."""
    figure = Figure(figsize=_INCHES)
    panels = figure.subplots(5, 1, sharex=True)
    rate, queue, age, connections, memory = panels
    times = measured.times
    draw_rate(rate, times, measured.loaded)
    draw_lines(queue, times, "messages", {"waiting": measured.waiting, "being loaded": measured.in_flight})
    draw_lines(age, times, "seconds", {"since the oldest message that is not loaded was sent": measured.age})
    draw_lines(connections, times, "connections", {"to the database": measured.connections})
    connections.axhline(measured.allowed, color="tab:red", linestyle="--", label=f"allowed: {measured.allowed}")
    connections.set_ylim(0, max(measured.allowed, *measured.connections) + 1)
    draw_lines(memory, times, "MiB", measured.memory)
    for axes in panels:
        axes.legend(loc="lower right" if axes is memory else "upper left", fontsize="small")
        axes.grid(alpha=0.3)
    memory.set_xlabel("seconds since the first file arrived")
    figure.suptitle(title(measured))
    figure.tight_layout()
    for path in pictures:
        figure.savefig(path)


def title(measured: Measured) -> str:
    rows, seconds = measured.rows, measured.seconds
    return (
        f"{rows:,} rows in {measured.files} files, {measured.handlers} request handlers: "
        f"{seconds:,.0f} s, {rows / seconds:,.0f} rows/s\n{measured.machine}"
    )


def draw_rate(axes: Axes, times: Sequence[float], loaded: Sequence[int]) -> None:
    """Draw the rows loaded so far, and the rows a second between samples."""
    draw_lines(axes, times, "million rows", {"loaded": [rows / 1e6 for rows in loaded]})
    samples = pairwise(zip(times, loaded, strict=True))
    rates = [(rows - before) / (now - then) / 1e3 for (then, before), (now, rows) in samples]
    other = axes.twinx()
    other.plot(times[1:], smoothed(rates), color="tab:orange", alpha=0.7, label="rows a second")
    other.set_ylabel("thousand rows/s")
    other.set_ylim(bottom=0)
    other.legend(loc="lower right", fontsize="small")


def smoothed(values: Sequence[float]) -> list[float]:
    """Give the mean of the values around each one: a chunk is committed whole, so single ones are 0 or huge."""
    windows = [values[max(0, index - _AROUND) : index + _AROUND + 1] for index in range(len(values))]
    return [sum(window) / len(window) for window in windows]


def draw_lines(axes: Axes, times: Sequence[float], unit: str, lines: Mapping[str, Sequence[float]]) -> None:
    for name, values in lines.items():
        axes.plot(times[: len(values)], values, label=name)
    axes.set_ylabel(unit)
    axes.set_ylim(bottom=0)
