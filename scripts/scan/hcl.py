"""Scans Terraform files as they are written, below any folder."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from scripts.common import tools
from scripts.common.commands import run
from scripts.common.errors import UserError
from scripts.scan import checkov_run, sources
from scripts.scan.findings import Finding, Outcome, Result
from scripts.scan.sources import Block

SKIPS = "CKV_CSV_12"
_SKIPS_TITLE = "A skipped check has its reason beside it"
_NO_REASON = ("", "No comment provided")
"""What Checkov states as the reason of a skip without one."""
_FORMAT_LIMIT_SECONDS = 120
_FORMAT_DIFFERS = 3
_READ = ("resource", "data")


def scan(folder: Path) -> Result:
    """What Checkov and the rules on source say; UserError where anything below the folder was not read."""
    folder = folder.resolve()
    files = sources.terraform_files(folder)
    checkov_run.refuse_configuration(folder)
    refuse_syntax_errors(folder, tools.read().engine)
    blocks = sources.blocks(files)
    if not any(block.kind in _READ for block in blocks):
        raise UserError(f"{folder} holds no resource and no data source: nothing was scanned.")
    records = checkov_run.run(["--directory", str(folder), "--framework", "terraform"])
    refuse_unread(blocks, records)
    findings = {record for record in records if record.check_id != checkov_run.COVERAGE_CHECK}
    findings.update(list(_reasons(findings, blocks)))
    findings.update(one for block in blocks for one in block.findings())
    return Result(sorted(findings), sum(block.kind in _READ for block in blocks), len(files))


def refuse_syntax_errors(folder: Path, engine: str) -> None:
    """UserError with Terraform's own words where a file cannot be parsed: Checkov omits such a file silently."""
    command = [engine, "fmt", "-check", "-list=false", "-recursive", "-no-color", str(folder)]
    done = run(command, limit_seconds=_FORMAT_LIMIT_SECONDS, accepted=None)
    if done.status not in (0, _FORMAT_DIFFERS):
        raise UserError(f"A file below {folder} is not valid Terraform, so nothing was scanned:\n{done.stderr.strip()}")


def refuse_unread(blocks: Iterable[Block], records: Iterable[Finding]) -> None:
    """UserError where a resource or a data source stands in the source and Checkov has no record of it."""
    seen = {(one.file, one.line) for one in records if one.check_id == checkov_run.COVERAGE_CHECK}
    unread = [block for block in blocks if block.kind in _READ and (block.file, block.first_line) not in seen]
    if unread:
        named = "\n".join(f"  {block.file}:{block.first_line} {block.address}" for block in unread)
        raise UserError(f"Checkov omitted these blocks, so the scan is incomplete:\n{named}")


def _reasons(findings: Iterable[Finding], blocks: Iterable[Block]) -> Iterator[Finding]:
    """Whether each block that skips checks has a reason for every one of them."""
    stated: dict[tuple[Path, int], list[str]] = defaultdict(list)
    for one in findings:
        if one.outcome is Outcome.SKIPPED:
            stated[one.file, one.line].append(one.reason)
    for block in blocks:
        if reasons := stated.get((block.file, block.first_line)):
            outcome = Outcome.FAILED if any(reason in _NO_REASON for reason in reasons) else Outcome.PASSED
            yield Finding(SKIPS, block.file, block.first_line, block.address, _SKIPS_TITLE, outcome)
