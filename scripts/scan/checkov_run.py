"""Runs Checkov in its own environment, offline, and refuses whatever it would omit silently."""

import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from scripts.common import commands
from scripts.common.commands import Completed
from scripts.common.errors import UserError
from scripts.common.paths import REPOSITORY, SCAN_VENV
from scripts.scan.findings import Finding, Outcome

CHECKS = Path(__file__).resolve().parent / "checks"
COVERAGE_CHECK = "CKV_CSV_0"
LIMIT_SECONDS = 600
_CONFIGURATION = (".checkov.yaml", ".checkov.yml")


def run(arguments: Sequence[str], checkov: Path = SCAN_VENV / "bin" / "checkov") -> list[Finding]:
    """Every record of one run of Checkov, those of the coverage check included.

    UserError where Checkov is missing, fails, fails in one of its checks, or could not parse something.
    """
    if not os.access(checkov, os.X_OK):
        raise UserError(f"Checkov is missing: there is no program {checkov}. Nothing was scanned. Run: make setup")
    command = [str(checkov), *arguments, "--skip-download", "--soft-fail", "--output", "json"]
    command += ["--external-checks-dir", str(CHECKS)]
    with tempfile.TemporaryDirectory(prefix="scan-") as empty:
        variables = _variables(os.environ, empty)
        done = commands.run(command, limit_seconds=LIMIT_SECONDS, cwd=empty, environment=variables, accepted=None)
    return list(_findings(_reports(done)))


def refuse_configuration(folder: Path) -> None:
    """UserError where the folder has a configuration of Checkov: it would decide what is not scanned."""
    for name in _CONFIGURATION:
        if (folder / name).exists():
            raise UserError(
                f"{folder / name} would change what Checkov scans, for everything and without a reason beside the "
                f"code. Remove it; an exception is a comment in the block it is for: #checkov:skip=<check>: <reason>"
            )


def _variables(inherited: Mapping[str, str], home: str) -> dict[str, str]:
    """The environment without what would change what is scanned, and without a home whose files could."""
    leading = ("CKV_", "CHECKOV_", "BC_", "PRISMA_", "AWS_")
    kept = {name: value for name, value in inherited.items() if not name.startswith(leading)}
    return {**kept, "HOME": home, "LOG_LEVEL": "WARNING", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(REPOSITORY)}


def _reports(done: Completed) -> list[dict[str, Any]]:
    complaints = [line for line in done.stderr.splitlines() if "[ERROR]" in line]
    if done.status != 0 or complaints:
        said = "\n".join(complaints or done.stderr.strip().splitlines()[-10:])
        raise UserError(f"Checkov failed (exit status {done.status}); its result would be incomplete:\n{said}")
    try:
        reports = json.loads(done.stdout)
    except json.JSONDecodeError as error:
        raise UserError(f"Checkov's report cannot be read ({error}):\n{done.stdout[:500]}") from error
    found = [one for one in (reports if isinstance(reports, list) else [reports]) if "results" in one]
    unread = [file for one in found for file in one["results"].get("parsing_errors", [])]
    if unread:
        raise UserError(f"Checkov cannot parse, and would omit: {', '.join(sorted(set(unread)))}")
    if not found:
        raise UserError("Checkov found nothing to scan.")
    return found


def _findings(reports: Sequence[dict[str, Any]]) -> Iterator[Finding]:
    for report in reports:
        for outcome in Outcome:
            for record in report["results"].get(f"{outcome}_checks", []):
                yield Finding(
                    check_id=record["check_id"],
                    file=Path(record["file_abs_path"]),
                    line=record["file_line_range"][0],
                    resource=record["resource"],
                    title=record["check_name"],
                    outcome=outcome,
                    reason=record["check_result"].get("suppress_comment", "").strip(),
                )
