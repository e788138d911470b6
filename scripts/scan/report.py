"""Prints a scan's result."""

from collections import Counter, defaultdict

from rich.table import Table

from scripts.scan.findings import Finding, Outcome, Result, shown


def failures(result: Result) -> list[str]:
    """A line for each failure: check, place, resource, title and plan."""
    return [
        f"FAILED {one.check_id} {shown(one.file)}:{one.line} {one.resource}: {one.title}"
        + ("" if one.scanned == "hcl" else f" (plan of {one.scanned})")
        for one in result.of(Outcome.FAILED)
    ]


def counts(result: Result) -> Table:
    """What was scanned, and the outcomes."""
    table = Table(title="Policy scan")
    for heading in ("scanned", *Outcome):
        table.add_column(heading, justify="left" if heading == "scanned" else "right")
    found: dict[str, Counter[Outcome]] = defaultdict(Counter)
    for one in result.findings:
        found[one.scanned][one.outcome] += 1
    for name in sorted(found, key=lambda name: (name != "hcl", name)):
        label = f"{result.files} files" if name == "hcl" else f"plan of {name}"
        table.add_row(label, *(str(found[name][outcome]) for outcome in Outcome))
    table.add_section()
    table.add_row(f"{result.resources} resources", *(str(len(result.of(outcome))) for outcome in Outcome))
    return table


def exceptions(result: Result) -> Table:
    """Every skip, once for each place and check, with its reason."""
    table = Table(title="Skipped, and why")
    for heading in ("check", "where", "seen", "reason"):
        table.add_column(heading, overflow="fold", justify="right" if heading == "seen" else "left")
    grouped: dict[tuple[str, str, str], list[Finding]] = defaultdict(list)
    for one in result.of(Outcome.SKIPPED):
        grouped[one.check_id, f"{shown(one.file)}:{one.line}", one.reason].append(one)
    for (check, where, reason), findings in sorted(grouped.items()):
        table.add_row(check, where, f"{len(findings)}x", f"{findings[0].title}: {reason}")
    return table
