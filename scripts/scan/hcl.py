"""Scans Terraform files as they are written, below any folder."""

import json
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from scripts.common.paths import TOOLCHAIN_JSON
from scripts.scan import checkov_run, source_rules
from scripts.scan.checkov_run import Record
from scripts.scan.errors import ScanError
from scripts.scan.findings import Finding, Outcome, Result
from scripts.scan.sources import Block, blocks, terraform_files

_FORMAT_LIMIT_SECONDS = 120
_FORMAT_DIFFERS = 3
_READ = ("resource", "data")


def scan(folder: Path) -> Result:
    """What Checkov and the rules on the source say; ScanError where anything below the folder was not read."""
    folder = folder.resolve()
    files = terraform_files(folder)
    checkov_run.refuse_configuration(folder)
    refuse_syntax_errors(folder, engine())
    parsed = [block for file in files for block in blocks(file)]
    if not any(block.kind in _READ for block in parsed):
        raise ScanError(f"{folder} holds no resource and no data source: nothing was scanned.")
    records = checkov_run.run(["--directory", str(folder), "--framework", "terraform"])
    refuse_unread(parsed, records)
    findings = {finding(record) for record in records if record.check_id != checkov_run.WITNESS}
    findings.update(source_rules.scan(parsed))
    return Result(sorted(findings), sum(block.kind in _READ for block in parsed), len(files))


def finding(record: Record) -> Finding:
    """The finding that a record of Checkov's is."""
    return Finding(
        record.check_id,
        record.file,
        record.first_line,
        record.resource,
        record.title,
        Outcome(record.outcome),
        reason=record.reason,
    )


def engine() -> str:
    """The Terraform or OpenTofu that set-up found; ScanError where there is none."""
    try:
        path = str(json.loads(TOOLCHAIN_JSON.read_text(encoding="utf-8"))["engine"])
    except (OSError, ValueError, KeyError) as error:
        raise ScanError(f"Terraform is missing: {TOOLCHAIN_JSON} does not name one. Get it: make setup") from error
    if not shutil.which(path):
        raise ScanError(f"Terraform is missing: {path} is no program. Nothing was scanned. Get it: make setup")
    return path


def refuse_syntax_errors(folder: Path, terraform: str) -> None:
    """ScanError with Terraform's own words where a file cannot be parsed: Checkov passes over such a file."""
    try:
        done = subprocess.run(
            [terraform, "fmt", "-check", "-list=false", "-recursive", "-no-color", str(folder)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_FORMAT_LIMIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ScanError(f"{terraform} cannot read {folder}: {error}") from error
    if done.returncode not in (0, _FORMAT_DIFFERS):
        raise ScanError(f"a file below {folder} is no Terraform, so nothing was scanned:\n{done.stderr.strip()}")


def refuse_unread(parsed: Iterable[Block], records: Iterable[Record]) -> None:
    """ScanError where a resource or a data source stands in the source and Checkov has no record of it."""
    seen = {(record.file, record.first_line) for record in records if record.check_id == checkov_run.WITNESS}
    unread = [block for block in parsed if block.kind in _READ and (block.file, block.first_line) not in seen]
    if unread:
        named = "\n".join(f"  {block.file}:{block.first_line} {block.address}" for block in unread)
        raise ScanError(f"Checkov passed over what stands in the source, so the scan is incomplete:\n{named}")
