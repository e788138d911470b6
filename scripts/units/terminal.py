"""A folder of plans on a terminal."""

from rich.markup import escape
from rich.table import Table

from scripts.units.review import COLUMNS, Review

_STYLES = {"add": "green", "change": "yellow", "replace": "bold red", "destroy": "bold red"}


def table(review: Review) -> Table:
    """A row for each unit in the order in which to apply them, with sums."""
    manifest = review.manifest
    title = f"Plan of {manifest.environment} (account {manifest.account_id}, {manifest.region}, {manifest.target})"
    result = Table(title=title, caption=f"commit {manifest.commit[:12]}, {manifest.made}")
    result.add_column("unit")
    for kind in COLUMNS:
        result.add_column(kind, justify="right")
    result.add_column("why it was planned, and what to know", overflow="fold")
    for unit in review.units:
        counts = [_count(unit.count(kind), kind) for kind in COLUMNS]
        said = [unit.plan.reason, *(unit.notes() if unit.plan.has_changes else ["no changes"])]
        result.add_row(unit.name, *counts, escape("; ".join(said)))
    result.add_section()
    sums = [_count(review.counts.get(kind, 0), kind) for kind in COLUMNS]
    result.add_row(f"{len(review.units)} units", *sums, "")
    return result


def loud(review: Review) -> list[str]:
    """A line for each deletion and each warning."""
    found = [
        f"{change.kind.upper()} {unit.name}: {change.address}" + (f" ({change.reason})" if change.reason else "")
        for unit, change in review.loud()
    ]
    return [*found, *(f"NOTE {text}" for text in review.warnings())]


def _count(number: int, kind: str) -> str:
    return f"[{_STYLES[kind]}]{number}[/]" if number else "0"
