"""The Terraform files below a folder: their blocks, what the rules on source say of each, and the skips in them."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.common.commands import run
from scripts.common.errors import UserError
from scripts.common.paths import REPOSITORY, SCAN_VENV
from scripts.scan.findings import Finding, Outcome

RULES = {
    "CKV_CSV_7": "A wildcard in a policy has its reason beside it",
    "CKV_CSV_9": "No secret in a variable's default, an output or a setting",
}
"""What no check of Checkov's can judge, because it needs comments, variables, outputs or locals."""
LIMIT_SECONDS = 120
_SKIP = re.compile(r"^\s*(?:#|//)\s*checkov:skip=(?P<check>[A-Z0-9_]+)(?P<reason>:.*)?$")
_NOT_SOURCE = {".terraform", ".terragrunt-cache", "node_modules"}


@dataclass(frozen=True, slots=True)
class Skip:
    """A check that is skipped in a block, and why; the reason may be missing, and is then empty."""

    check_id: str
    reason: str
    line: int


@dataclass(frozen=True, slots=True)
class Block:
    """A block at the top of a file, and by rule the lines that break it."""

    kind: str
    address: str
    file: Path
    first_line: int
    last_line: int
    broken: Mapping[str, list[int]]

    def skips(self) -> list[Skip]:
        """What is skipped in this block."""
        return [one for one in skips(self.file) if self.first_line < one.line < self.last_line]

    def findings(self) -> Iterator[Finding]:
        """An outcome of each rule that applies to this block; a skip with a reason holds for these rules too."""
        skipped = {one.check_id: one.reason for one in self.skips() if one.reason}
        for rule, lines in self.broken.items():
            if rule in skipped:
                yield self._finding(rule, self.first_line, Outcome.SKIPPED, skipped[rule])
            elif lines:
                yield from (self._finding(rule, line, Outcome.FAILED) for line in lines)
            else:
                yield self._finding(rule, self.first_line, Outcome.PASSED)

    def _finding(self, rule: str, line: int, outcome: Outcome, reason: str = "") -> Finding:
        return Finding(rule, self.file, line, self.address, RULES[rule], outcome, reason=reason)


def skips(file: Path) -> list[Skip]:
    """Every `checkov:skip=ID: reason` in a file of Terraform or Terragrunt."""
    lines = enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
    found = ((number, _SKIP.match(line)) for number, line in lines)
    return [Skip(one["check"], (one["reason"] or "").strip(": "), number) for number, one in found if one]


def terraform_files(folder: Path) -> list[Path]:
    """Every .tf file below a folder, sorted; UserError where there is none to scan."""
    if not folder.is_dir():
        raise UserError(f"{folder} is not a directory: nothing was scanned. Name one that holds Terraform files.")
    files = sorted(path for path in folder.rglob("*.tf") if not _NOT_SOURCE & set(path.relative_to(folder).parts))
    if not files:
        raise UserError(f"{folder} holds no Terraform file (*.tf): nothing was scanned.")
    return files


def blocks(files: Iterable[Path]) -> list[Block]:
    """The blocks of these files; UserError where Checkov's parser, which reads them, cannot read one."""
    program = [str(SCAN_VENV / "bin" / "python"), "-m", "scripts.scan.source"]
    done = run(program, cwd=REPOSITORY, given="\n".join(map(str, files)), limit_seconds=LIMIT_SECONDS, accepted=None)
    if done.status != 0:
        raise UserError(f"A file cannot be read, so nothing was scanned: {done.stderr.strip()}")
    return [Block(**one | {"file": Path(one["file"])}) for one in json.loads(done.stdout)]
