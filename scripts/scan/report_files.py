"""Writes a scan's result for machines: JSON and SARIF."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from scripts.common.paths import REPOSITORY
from scripts.scan.findings import Finding, Outcome, Result

_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def write(result: Result, folder: Path) -> list[Path]:
    """Write `scan.json` and `scan.sarif`; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {"scan.json": as_json(result), "scan.sarif": as_sarif(result)}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in files]


def as_json(result: Result) -> str:
    """Counts, and every finding, those that passed included."""
    counts = {outcome.value: len(result.of(outcome)) for outcome in Outcome}
    read = {"files": result.files, "plans": result.plans, "resources": result.resources}
    findings = [asdict(one) | {"file": _place(one.file)} for one in sorted(result.findings)]
    return json.dumps({"summary": counts | read, "findings": findings}, indent=2) + "\n"


def as_sarif(result: Result) -> str:
    """What failed, and what is skipped as suppressed in the source with its reason; SARIF 2.1.0."""
    shown = [one for one in sorted(result.findings) if one.outcome is not Outcome.PASSED]
    titles = {one.check_id: one.title for one in shown}
    rules = [{"id": check, "shortDescription": {"text": title}} for check, title in sorted(titles.items())]
    run = {
        "tool": {"driver": {"name": "policy-scan", "informationUri": "https://www.checkov.io", "rules": rules}},
        "results": list(_results(shown)),
    }
    return json.dumps({"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _results(shown: Iterable[Finding]) -> Iterable[dict[str, Any]]:
    for one in shown:
        place = {
            "artifactLocation": {"uri": _place(one.file)},
            "region": {"startLine": max(1, one.line)},
        }
        yield {
            "ruleId": one.check_id,
            "level": "error",
            "message": {"text": f"{one.title} ({one.resource}, {one.scanned})"},
            "locations": [{"physicalLocation": place}],
            "suppressions": [{"kind": "inSource", "justification": one.reason}] if one.reason else [],
        }


def _place(file: Path) -> str:
    return file.relative_to(REPOSITORY).as_posix() if file.is_relative_to(REPOSITORY) else file.as_posix()
