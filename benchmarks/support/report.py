"""Writes what the benchmarks of one run have published as `results.json`, `results.md` and a chart for each."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

from benchmarks.support.charts import draw
from benchmarks.support.findings import Findings
from benchmarks.support.table import markdown

OVERVIEW = ("loading", "reading")
"""The benchmarks that the picture in the README shows."""


def write_report(folder: Path, findings: Sequence[Findings], facts: Mapping[str, str]) -> list[Path]:
    """Write the report into a folder, and give its files."""
    charts = {name: list(group) for name, group in groupby(findings, key=lambda one: one.benchmark)}
    shown = [one for one in findings if one.benchmark in OVERVIEW]
    if shown:
        charts["overview"] = shown
    for name, group in charts.items():
        draw(folder / f"{name}.svg", group, facts)
    results = folder / "results.json"
    content = {"machine": dict(facts), "findings": [asdict(one) for one in findings]}
    results.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    text = folder / "results.md"
    text.write_text(_text(findings, facts, list(charts)), encoding="utf-8")
    return [results, text, *(folder / f"{name}.svg" for name in charts)]


def _text(findings: Sequence[Findings], facts: Mapping[str, str], charts: Sequence[str]) -> str:
    lines = ["# Benchmarks", "", "| machine | |", "|---|---|"]
    lines += [f"| {name} | {value} |" for name, value in facts.items()]
    lines += ["", "Each figure is the median of the rounds; each ratio is the median of the rounds' ratios.", ""]
    lines += [f"![{name}]({name}.svg)" for name in charts]
    return "\n".join([*lines, "", *map(markdown, findings)])
