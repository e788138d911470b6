"""Reports a run: a table on the terminal, and a JSON and a Markdown file."""

import json
from collections.abc import Iterator
from pathlib import Path

from rich.table import Table

from scripts.account.verify.record import PASSED, Record, StepRecord
from scripts.account.verify.steps import STEPS

NOT_REACHED = "not reached"


def table(record: Record) -> Table:
    """Every step, how it ended and how long it took."""
    shown = Table(title=_title(record), title_justify="left")
    for heading in ("step", "outcome", "seconds", "found"):
        shown.add_column(heading, justify="right" if heading == "seconds" else "left", overflow="fold")
    for name, title, step in _steps(record):
        shown.add_row(f"{title} ({name})", *(_cells(step)))
    return shown


def write(record: Record, folder: Path) -> tuple[Path, Path]:
    """Write both files, and give their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    as_json, as_text = folder / f"{record.environment}.json", folder / f"{record.environment}.md"
    as_json.write_text(json.dumps(_as_json(record), indent=2) + "\n", encoding="utf-8")
    as_text.write_text("\n".join(_markdown(record)) + "\n", encoding="utf-8")
    return as_json, as_text


def _title(record: Record) -> str:
    return f"{record.environment}, account {record.account_id}, {record.region}, {record.endpoint}; {record.started}"


def _steps(record: Record) -> Iterator[tuple[str, str, StepRecord | None]]:
    for step in STEPS:
        yield step.name, step.title, record.steps.get(step.name)


def _cells(step: StepRecord | None) -> tuple[str, str, str]:
    return (step.outcome, f"{step.seconds:.0f}", step.detail) if step else (NOT_REACHED, "", "")


def _as_json(record: Record) -> dict[str, object]:
    steps = [
        {"step": name, "title": title, "outcome": step.outcome, "seconds": round(step.seconds, 1), "found": step.detail}
        if step
        else {"step": name, "title": title, "outcome": NOT_REACHED}
        for name, title, step in _steps(record)
    ]
    return {
        "environment": record.environment,
        "account_id": record.account_id,
        "region": record.region,
        "endpoint": record.endpoint,
        "started": record.started,
        "passed": all(one["outcome"] == PASSED for one in steps),
        "seconds": round(sum(step.seconds for step in record.steps.values()), 1),
        "steps": steps,
        **{name: record.facts[name] for name in ("estimate", "compared", "inventory") if name in record.facts},
    }


def _markdown(record: Record) -> Iterator[str]:
    yield f"# Verification of {record.environment}"
    yield ""
    yield f"{_title(record)}."
    yield ""
    yield "| step | outcome | seconds | found |"
    yield "|---|---|---|---|"
    for name, title, step in _steps(record):
        outcome, seconds, found = _cells(step)
        cells = found.replace("|", "\\|").replace("\n", "<br>")
        yield f"| {title} (`{name}`) | {outcome} | {seconds} | {cells} |"
    if left := record.facts.get("inventory"):
        yield ""
        yield "| still there | name | why |"
        yield "|---|---|---|"
        for one in left:
            why = one["note"] if one["is_expected"] else f"LEFT BEHIND {one['note']}"
            yield f"| {one['kind']} | {one['name']} | {why} |"
