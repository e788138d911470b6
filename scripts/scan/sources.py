"""The Terraform files below a folder: their blocks, and the reasons for skips that stand in them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.scan.errors import ScanError
from scripts.scan.tokens import Kind, Token, tokens

_SKIP = re.compile(r"checkov:skip=(?P<check>[A-Z0-9_]+)(?P<reason>:.*)?$")
_NOT_SOURCE = {".terraform", ".terragrunt-cache", "node_modules"}


@dataclass(frozen=True, slots=True)
class Skip:
    """A check that is not to be held against a block, and why; an empty reason is none."""

    check_id: str
    reason: str
    line: int


@dataclass(frozen=True, slots=True)
class Block:
    """A block at the top of a file: its kind, its labels, its lines from the first to the last, and its tokens."""

    kind: str
    labels: tuple[str, ...]
    file: Path
    first_line: int
    last_line: int
    tokens: tuple[Token, ...]

    @property
    def address(self) -> str:
        """The name within its module, as Terraform and Checkov write it."""
        prefix = () if self.kind in ("resource", "data") else (self.kind,)
        return ".".join((*prefix, *self.labels))

    def skips(self) -> Iterator[Skip]:
        """What is skipped in this block."""
        return skips(self.tokens)


def skips(stream: Iterable[Token]) -> Iterator[Skip]:
    """Every `checkov:skip=ID: reason` among the comments."""
    for token in stream:
        found = _SKIP.match(token.text) if token.kind is Kind.COMMENT else None
        if found:
            yield Skip(found["check"], (found["reason"] or "").strip(": "), token.line)


def terraform_files(folder: Path) -> list[Path]:
    """Every .tf file below a folder, sorted; ScanError where there is none to scan."""
    if not folder.is_dir():
        raise ScanError(f"{folder} is no folder: nothing was scanned. Give a folder that holds Terraform files.")
    files = sorted(path for path in folder.rglob("*.tf") if not _NOT_SOURCE & set(path.relative_to(folder).parts))
    if not files:
        raise ScanError(f"{folder} holds no Terraform file (*.tf): nothing was scanned.")
    return files


def blocks(file: Path) -> list[Block]:
    """The blocks of a file; ScanError where it cannot be read."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ScanError(f"{file} cannot be read ({error}): nothing was scanned.") from error
    return list(_top_level(file, list(tokens(text))))


def _top_level(file: Path, stream: list[Token]) -> Iterator[Block]:
    start, depth = 0, 0
    for position, token in enumerate(stream):
        if depth == 0 and token.kind in (Kind.NEWLINE, Kind.COMMENT):
            start = position + 1
        elif token.kind is Kind.MARK and token.text in "{[(":
            depth += 1
        elif token.kind is Kind.MARK and token.text in "}])":
            depth = max(0, depth - 1)
            if depth == 0 and token.text == "}" and stream[start].kind is Kind.WORD:
                yield _block(file, stream[start : position + 1])
                start = position + 1


def _block(file: Path, stream: list[Token]) -> Block:
    opening = next(position for position, token in enumerate(stream) if token.text == "{")
    kind, *labels = (token.text for token in stream[:opening])
    return Block(kind, tuple(labels), file, stream[0].line, stream[-1].line, tuple(stream))
