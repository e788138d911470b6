"""What benchmarks found is told rightly: ratios round by round, aims met or missed, tables, and charts."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks.support import findings as findings_module
from benchmarks.support.charts import COLOURS, bars, draw, footer
from benchmarks.support.findings import Aim, Findings, Role, figures_of, publish, read_findings
from benchmarks.support.machine import machine
from benchmarks.support.measuring import Comparison, Taken
from benchmarks.support.report import write_report
from benchmarks.support.table import amount, markdown, plain

ROLES = {"ours": Role.OURS, "theirs": Role.PEER, "raw": Role.LIMIT}
# In the second round the machine was half as fast.
VALUES = {"ours": [200_000.0, 100_000.0, 210_000.0], "theirs": [100_000.0, 50_000.0, 70_000.0], "raw": [400_000.0] * 3}
FACTS = {
    "date": "2026-12-01 03:00 UTC",
    "processors": "2 of a kind",
    "memory": "23 GiB",
    "load average before": "0.10 0.20 0.30",
    "Python": "CPython 3.13.1",
}


def loads(aim: float = 2.0, *, benchmark: str = "loading") -> Findings:
    aims = {"ours": Aim(aim, at_least=True)}
    figures = figures_of(VALUES, "theirs", ROLES, aims=aims, processors={"ours": [5.0, 5.5, 5.25]})
    notes = ("pgloader was left out",)
    return Findings(benchmark, "SQLite, 1,000 rows", "rows/s", True, "theirs", 3, figures, notes)


def test_a_ratio_is_the_median_of_the_ratios_of_each_round() -> None:
    ours, theirs, raw = loads().figures
    assert (ours.value, ours.ratio, ours.low, ours.high, ours.processor) == (200_000, 2, 2, 3, 5.25)
    assert (theirs.value, theirs.ratio, theirs.low) == (70_000, None, None)
    assert raw.ratio == pytest.approx(400 / 70)


@pytest.mark.parametrize(("busy", "value", "ratio"), [(False, 50, 2), (True, 200, 4)])
def test_the_clock_counts_unless_other_programs_have_the_processors(busy: bool, value: float, ratio: float) -> None:
    compared = Comparison(is_busy=busy)
    for _ in range(2):
        compared.note("ours", Taken(clock=2, processor=0.5))
        compared.note("theirs", Taken(clock=4, processor=2))
    found = compared.findings("loading", "SQLite", "theirs", ROLES, rows=100)
    assert (found.figures[0].value, found.figures[0].ratio) == (value, ratio)
    assert found.title == ("SQLite, by processor" if busy else "SQLite")
    assert len(found.notes) == busy


def test_every_contender_has_to_take_part_in_every_round() -> None:
    with pytest.raises(ValueError, match="zip"):
        figures_of({"ours": [1.0], "theirs": [1.0, 2.0]}, "theirs", ROLES)


@pytest.mark.parametrize(
    ("aim", "text", "met"),
    [
        (Aim(2, at_least=True), "2.00x or more", True),
        (Aim(2.1, at_least=True), "2.10x or more", False),
        (Aim(2), "2.00x or less", True),
        (Aim(1.9), "1.90x or less", False),
        (Aim(200_000, at_least=True, unit="rows/s"), "200000 rows/s or more", True),
        (Aim(0.2, unit="s"), "0.2 s or less", False),
    ],
)
def test_an_aim_is_for_the_ratio_or_for_the_value_where_it_has_a_unit(aim: Aim, text: str, met: bool) -> None:
    assert str(aim) == text
    assert aim.is_met(loads().figures[0]) is met


def test_a_table_has_a_line_for_each_contender_and_says_what_was_left_out() -> None:
    lines = markdown(loads()).splitlines()
    assert lines[0] == "## loading: SQLite, 1,000 rows"
    assert lines[4:7] == [
        "| ours (ours) | 200,000 | 5.25 | 2.00x | 2.00 to 3.00 | 2.00x or more: met |",
        "| theirs (peer) | 70,000 |  |  |  |  |",
        "| raw (limit) | 400,000 |  | 5.71x | 4.00 to 8.00 |  |",
    ]
    assert lines[-1] == "- pgloader was left out"
    assert {line.count("|") for line in lines[2:7]} == {7}


def test_a_missed_aim_is_called_missed() -> None:
    assert "2.50x or more: missed" in markdown(loads(2.5))
    assert "2.50x or more: missed" in plain(loads(2.5))


@pytest.mark.parametrize(
    ("value", "text"), [(1_234_567.8, "1,234,568"), (123.4, "123"), (12.34, "12.3"), (1.234, "1.23"), (0.0567, "0.06")]
)
def test_amounts_are_short(value: float, text: str) -> None:
    assert amount(value) == text


def test_bars_are_ordered_by_what_is_better_and_coloured_by_role() -> None:
    assert [bar.name for bar in bars(loads())] == ["raw", "ours", "theirs"]
    seconds = Findings("plan", "a plan", "s", False, "theirs", 3, loads().figures)
    shown = bars(seconds)
    assert [bar.name for bar in shown] == ["theirs", "ours", "raw"]
    assert [bar.text for bar in shown] == ["70,000 s (reference)", "200,000 s (2.00x)", "400,000 s (5.71x)"]
    assert [bar.colour for bar in shown] == [COLOURS[Role.PEER], COLOURS[Role.OURS], COLOURS[Role.LIMIT]]


def test_a_chart_has_bars_in_proportion_and_says_when_and_where(tmp_path: Path) -> None:
    file = tmp_path / "loading.svg"
    draw(file, [loads()], FACTS)
    root = ElementTree.fromstring(file.read_text(encoding="utf-8"))
    texts = ["".join(each.itertext()) for each in root.iter("{http://www.w3.org/2000/svg}text")]
    for text in ("ours", "theirs", "raw", "SQLite, 1,000 rows: rows/s, more is better", footer(FACTS)):
        assert text in texts
    widths = {}
    for path in root.iter("{http://www.w3.org/2000/svg}path"):
        for role, colour in COLOURS.items():
            if f"fill: {colour}" in path.get("style", "") and path.get("clip-path"):
                across = [float(x) for x, _ in re.findall(r"[ML] ([\d.]+) ([\d.]+)", path.get("d", ""))]
                widths[role] = max(across) - min(across)
    assert widths[Role.LIMIT] / widths[Role.OURS] == pytest.approx(2, rel=0.01)
    assert widths[Role.OURS] / widths[Role.PEER] == pytest.approx(20 / 7, rel=0.01)


def test_a_chart_of_the_same_figures_is_the_same_file(tmp_path: Path) -> None:
    draw(tmp_path / "one.svg", [loads()], FACTS)
    draw(tmp_path / "two.svg", [loads()], FACTS)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


def test_what_is_published_can_be_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings_module, "FOLDER", tmp_path / "bench")
    publish(loads(), loads(2.5))
    assert read_findings([tmp_path / "bench" / "loading.json"]) == [loads(), loads(2.5)]


def test_a_report_has_a_table_and_a_chart_for_each_benchmark_and_the_overview(tmp_path: Path) -> None:
    files = write_report(tmp_path, [loads(), loads(), loads(benchmark="memory")], FACTS)
    assert [file.name for file in files] == ["results.json", "results.md", "loading.svg", "memory.svg", "overview.svg"]
    text = (tmp_path / "results.md").read_text(encoding="utf-8")
    assert text.count("## loading: SQLite, 1,000 rows") == 2
    assert "![memory](memory.svg)" in text
    assert "| processors | 2 of a kind |" in text
    content = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert content["machine"] == FACTS
    assert [one["benchmark"] for one in content["findings"]] == ["loading", "loading", "memory"]


def test_the_machine_is_described_by_all_that_the_footer_names() -> None:
    facts = machine()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", facts["date"])
    assert re.fullmatch(r"[\d.]+ [\d.]+ [\d.]+", facts["load average before"])
    assert facts["date"] in footer(facts)
