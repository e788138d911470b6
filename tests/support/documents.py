"""The shell blocks of README.md, CONTRIBUTING.md and docs/, as a reader would type them.

A block of a document is typed by a test unless a comment of the document says otherwise, in the line above the fence or
before the first heading's text for the whole document:

    <!-- not typed: REASON -->                 nobody types it, for this reason
    <!-- typed by tests/…/test_file.py -->     that test types it
    <!-- before: COMMAND -->                   typed first, for what the reader is supposed to have

A block of any language may be what the reader does with an editor:

    <!-- file: PATH -->                        the block is the content of this new file
    <!-- edit: PATH -->                        each `name = value` of the block replaces that of the file

Blocks are typed from top to bottom in one shell; each begins in the checkout's root, with what earlier ones exported.
A document that starts no local AWS is about a real account: it is typed with credentials for a local AWS on which
nothing was ever made, that stands for the account.
"""

import os
import re
import shutil
import subprocess
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.common import environments
from scripts.common.paths import REPOSITORY
from tests.support.platform import DEV

SHELLS = frozenset({"sh", "bash", "shell", "console", "zsh"})
LIMIT_SECONDS = 2400
SHIPPED = "dev"
"""What documents call the environment that DEV is; a reader who has renamed it types its name."""

_FENCE = re.compile(r"^(?P<indent> *)(?P<ticks>```+|~~~+) *(?P<language>[\w-]*)")
_COMMENT = re.compile(r"^ *<!-- *(?P<kind>not typed|typed by|before|file|edit):? +(?P<text>.+?) *-->$")
_OF_A_DOCUMENT = frozenset({"not typed", "typed by"})
_OF_THIS_RUN = (
    *("AWS_", "CSVBATCH_AWS", "ENV", "GIT_", "MAKE", "MFLAGS"),
    *("PYTEST_", "PYTHON", "TF_", "TG_", "VIRTUAL_ENV"),
)
_OWN_PATHS = (REPOSITORY / ".venv" / "bin", REPOSITORY / ".tools" / "bin")


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block, and where it begins: shell commands, or what a file is to hold."""

    document: Path
    line: int
    commands: str
    not_typed: str = ""
    typed_by: str = ""
    before: str = ""
    file: str = ""
    edit: str = ""

    def __str__(self) -> str:
        """File and line, as an editor opens it."""
        return f"{self.document.relative_to(REPOSITORY)}:{self.line}"

    @property
    def is_typed(self) -> bool:
        """Whether the tests of documents type it."""
        return not self.not_typed and not self.typed_by


def documents() -> list[Path]:
    """README.md, CONTRIBUTING.md and all of docs/, with whatever is added there."""
    root = REPOSITORY
    return [root / "README.md", root / "CONTRIBUTING.md", *sorted((root / "docs").rglob("*.md"))]


def blocks(document: Path) -> list[Block]:
    """The shell blocks of a document, from top to bottom."""
    return [block for block in steps(document) if not block.file and not block.edit]


def steps(document: Path) -> list[Block]:
    """All that a reader of a document does: its shell blocks, and the files to write and to edit."""
    text = document.read_text(encoding="utf-8")
    head = text.partition("\n## ")[0].partition("\n```")[0]
    whole = [found for line in head.splitlines() if (found := _COMMENT.match(line)) and found["kind"] in _OF_A_DOCUMENT]
    everywhere = {found["kind"]: found["text"] for found in whole}
    return [Block(document, line, content, **_said({**everywhere, **own})) for line, content, own in _fenced(text)]


def _said(comments: Mapping[str, str]) -> dict[str, str]:
    return {kind.replace(" ", "_"): text for kind, text in comments.items()}


def _fenced(text: str) -> Iterator[tuple[int, str, dict[str, str]]]:
    """Line, content and comments of every shell block, and of others that are the content of a file."""
    lines = text.splitlines()
    number = 0
    while number < len(lines):
        opening = _FENCE.match(lines[number])
        if not opening:
            number += 1
            continue
        end = number + 1
        while end < len(lines) and not re.match(rf"^ *{opening['ticks']}", lines[end]):
            end += 1
        comments = _comments(lines, number)
        if opening["language"] in SHELLS or comments.keys() & {"file", "edit"}:
            yield number + 1, textwrap.dedent("\n".join(lines[number + 1 : end])) + "\n", comments
        number = end + 1


def _comments(lines: list[str], fence: int) -> dict[str, str]:
    found = {}
    at = fence - 1
    while at >= 0 and (not lines[at].strip() or _COMMENT.match(lines[at])):
        if comment := _COMMENT.match(lines[at]):
            found[comment["kind"]] = comment["text"]
        at -= 1
    return found


def script(typed: list[Block]) -> str:
    """One shell script of the blocks, which says where it is on standard output."""
    parts = ["set -e\n"]
    for block in typed:
        said = f"printf '\\n=== %s\\n' '{block}'\n"
        parts += ['cd "$DOCUMENT_ROOT"\n', said, *([f"{block.before}\n"] if block.before else []), block.commands]
    return as_named("".join(parts))


def as_named(text: str) -> str:
    """The text with the names of this checkout's environment in the place of those that documents use."""
    named = text.replace("<environment>", DEV.name).replace("<account>", DEV.account_id).replace("<region>", DEV.region)
    return re.sub(rf"(?<![\w./]){SHIPPED}\b|(?<=live/){SHIPPED}\b|(?<=csvbatch-){SHIPPED}\b", DEV.name, named)


class Checkout:
    """A copy of the working tree as a clone has it: what git tracks or would, and nothing that was built."""

    def __init__(self, root: Path) -> None:
        self.root = root
        listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        done = subprocess.run(listed, cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=True)
        for name in filter(None, done.stdout.split("\0")):
            if (source := REPOSITORY / name).is_file():
                target = root / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, target)
        subprocess.run(["git", "init", "--quiet"], cwd=root, timeout=60, check=True)

    def type(self, typed: list[Block], variables: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
        """Type the blocks in one shell that answers yes to every question."""
        file = self.root.parent / "typed.sh"
        file.write_text(script(typed), encoding="utf-8")
        return subprocess.run(
            ["bash", "-c", 'set -o pipefail; { yes yes || true; } 2>/dev/null | bash "$0"', str(file)],
            cwd=self.root,
            env={**of_a_new_shell(), **variables, "DOCUMENT_ROOT": str(self.root)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )

    def end(self) -> None:
        """Stop every local AWS that the commands have started."""
        command = self.root / ".venv" / "bin" / "local-aws"
        if command.exists():
            for name in environments.names(self.root / "live"):
                subprocess.run([command, "reset", name], cwd=self.root, capture_output=True, timeout=100, check=False)


def of_a_new_shell() -> dict[str, str]:
    """The variables of a shell that knows neither this checkout's tools nor any AWS; the user's caches are shared."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OF_THIS_RUN)}
    own = {str(path) for path in _OWN_PATHS}
    kept["PATH"] = os.pathsep.join(one for one in kept.get("PATH", os.defpath).split(os.pathsep) if one not in own)
    return kept
