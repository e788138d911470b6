"""docs/state.md as the tests use it: what it quotes is compared with what is printed, what it says to type is typed."""

import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.common.paths import REPOSITORY
from tests.support.documents import as_named
from tests.support.platform import Platform, Ran

DOCUMENT = REPOSITORY / "docs" / "state.md"
_PLACEHOLDER = re.compile(r"\b[A-Z]+_ID\b")


@dataclass(frozen=True, slots=True)
class Section:
    """One accident of the document: the errors it quotes (`…`: what differs each time) and what mends it."""

    title: str
    quoted: tuple[str, ...]
    commands: tuple[str, ...]

    def is_what_happened(self, ran: Ran, which: int = 0) -> bool:
        """Whether that error ended the command."""
        parts = [re.escape(" ".join(part.split())) for part in self.quoted[which].split("…")]
        return ran.status != 0 and re.search(r"\s?.*?\s?".join(parts), " ".join(ran.printed.split())) is not None

    def follow(self, platform: Platform, folder: Path | None = None, **values: str) -> list[Ran]:
        """Type its commands one after the other, answering what they ask; the first that fails fails the test.

        They begin in the root of the platform's checkout, or in `folder`.
        """
        root = platform.environment.live.parent
        folder = folder or root
        done = []
        for command in self.commands:
            filled = _PLACEHOLDER.sub(lambda found: values[found[0]], command)
            if filled.startswith("cd "):
                folder = root / filled.removeprefix("cd ")
                continue
            done.append(_typed(filled, folder, platform).expect_success())
        return done


def sections() -> Mapping[str, Section]:
    """Every section of the document that quotes an error or says what to type, by its title; its own comes first."""
    found = {}
    for part in as_named(DOCUMENT.read_text(encoding="utf-8")).removeprefix("# ").split("\n## "):
        title, _, body = part.partition("\n")
        commands = [line.split("  #")[0].strip() for block in _fenced("sh", body) for line in block.splitlines()]
        if (quoted := _fenced("text", body)) or commands:
            found[title] = Section(title, tuple(quoted), tuple(commands))
    return found


def _fenced(language: str, body: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", body, re.MULTILINE | re.DOTALL)


def _typed(command: str, folder: Path, platform: Platform) -> Ran:
    answer = folder.name if command.startswith("state-repair") else "yes"
    tools = {"PATH": f"{Path(sys.executable).parent}:{platform.variables['PATH']}"}
    done = subprocess.run(
        command,
        shell=True,
        cwd=folder,
        env=platform.variables | tools,
        input=f"{answer}\n",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=180,
        check=False,
    )
    return Ran(done.returncode, done.stdout)
