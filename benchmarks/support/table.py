"""Findings as tables: Markdown for the report, and the same columns for the terminal."""

from collections.abc import Sequence

from benchmarks.support.findings import Figure, Findings

_NUMERIC = (False, True, True, True, True, False)


def markdown(findings: Findings) -> str:
    """Write findings as a section with a table."""
    header, *rows = _cells(findings)
    rule = ["---:" if numeric else "---" for numeric in _NUMERIC]
    lines = [f"## {findings.benchmark}: {findings.title}", ""]
    lines += [f"| {' | '.join(cells)} |" for cells in (header, rule, *rows)]
    if findings.notes:
        lines += ["", *[f"- {note}" for note in findings.notes]]
    return "\n".join(lines) + "\n"


def plain(findings: Findings) -> str:
    """Write findings for a terminal."""
    rows = _cells(findings)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["", f"{findings.benchmark}: {findings.title}"]
    for cells in rows:
        padded = [
            cell.rjust(width) if numeric else cell.ljust(width)
            for cell, width, numeric in zip(cells, widths, _NUMERIC, strict=True)
        ]
        lines.append("  ".join(padded).rstrip())
    return "\n".join([*lines, *findings.notes])


def amount(value: float) -> str:
    """Write a figure with three significant digits, and thousands with commas."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _cells(findings: Findings) -> list[Sequence[str]]:
    header = ("contender", findings.unit, "CPU s", f"times {findings.reference}", "least to most", "aim")
    return [header, *(_row(figure) for figure in findings.figures)]


def _row(figure: Figure) -> Sequence[str]:
    spread = f"{figure.low:.2f} to {figure.high:.2f}" if figure.low is not None else ""
    processor = "" if figure.processor is None else f"{figure.processor:.2f}"
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}x"
    return (f"{figure.contender} ({figure.role})", amount(figure.value), processor, ratio, spread, _aim(figure))


def _aim(figure: Figure) -> str:
    if figure.aim is None:
        return ""
    return f"{figure.aim}: {'met' if figure.aim.is_met(figure) else 'missed'}"
