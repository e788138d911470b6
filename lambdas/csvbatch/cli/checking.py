"""Validates a file as the platform does, and tells what it would reject or refuse."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from csvbatch.cli.sources import blocks, opened, part
from csvbatch.contract.model import Contract
from csvbatch.csv_file.dialect import Dialect
from csvbatch.csv_file.errors import FileError
from csvbatch.csv_file.reader import chunk_range, read_chunk
from csvbatch.csv_file.splitter import scan
from csvbatch.pipeline.reject_share import RejectShare
from csvbatch.pipeline.splitting import TOO_MANY_REJECTS
from csvbatch.rows.header import HeaderError, match_header
from csvbatch.rows.validator import RowError, compile_validator

_CHUNK_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that would be rejected: its first and last line, the rules it breaks, and its text."""

    line: int
    last_line: int
    errors: list[RowError]
    text: str


@dataclass(slots=True)
class Findings:
    """What was found; `reason` is why the whole file would be refused, `problems` explain it in sentences.

    `utf8_lines` counts the lines that seem to be UTF-8 although the contract's encoding has one byte a character;
    `first_utf8_line` is the first of them.
    """

    share: RejectShare
    first: list[Reject] = field(default_factory=list)
    reason: str | None = None
    problems: list[str] = field(default_factory=list)
    utf8_lines: int = 0
    first_utf8_line: int | None = None

    @property
    def rows(self) -> int:
        """How many rows were read."""
        return self.share.rows

    @property
    def rejected(self) -> int:
        """How many of them would be rejected."""
        return self.share.rejected

    @property
    def is_clean(self) -> bool:
        """Whether every row would be merged."""
        return self.reason is None and not self.rejected


def check_file(path: Path, contract: Contract, keep: int, on_read: Callable[[int], None]) -> Findings:
    """Read a whole file and keep the first `keep` rejects.

    `on_read` is called with the number of bytes read each time; every byte is read twice.
    """
    findings = Findings(RejectShare(contract))
    try:
        _check(path, contract, keep, findings, on_read)
    except HeaderError as error:
        findings.reason = error.problems[0].fault.value
        findings.problems = [problem.sentence for problem in error.problems]
    except FileError as error:
        findings.reason = error.reason.value
        findings.problems = [str(error)]
    return findings


def _check(path: Path, contract: Contract, keep: int, findings: Findings, on_read: Callable[[int], None]) -> None:
    with opened(path) as stream:
        # All of it, before the first row: a file that cannot be split is refused whole.
        scanned = scan(blocks(stream, on_read), Dialect.of(contract), chunk_bytes=_CHUNK_BYTES)
        validate = compile_validator(contract, match_header(contract, scanned.header, scanned.rows_after_header()))
        for chunk in list(scanned):
            rows = read_chunk(part(stream, *chunk_range(chunk, scanned.dialect)), scanned.dialect, chunk)
            for line, errors in findings.share.rejects(rows, validate):
                if len(findings.first) < keep:
                    findings.first.append(Reject(line, rows.last_line, errors, rows.text()))
            findings.utf8_lines += rows.utf8_lines
            findings.first_utf8_line = findings.first_utf8_line or rows.first_utf8_line
            on_read(chunk.end - chunk.start)
    if problem := findings.share.problem:
        findings.reason = TOO_MANY_REJECTS
        findings.problems = [problem]
