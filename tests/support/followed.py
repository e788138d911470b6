"""A copy of this checkout in which a document is followed from top to bottom, as its reader would."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from scripts.common.paths import REPOSITORY
from tests.support import documents
from tests.support.documents import Block, Checkout, of_a_new_shell

LIMIT_SECONDS = 900
_ASSIGNMENT = re.compile(r"^ *(\w+) *= *(.+)$")


class Copy:
    """A copy of this checkout with its tools and packages, whose own code runs."""

    def __init__(self, root: Path) -> None:
        self.root = Checkout(root).root
        for name in (".tools", ".venv", ".venv-scan"):
            if (built := REPOSITORY / name).exists():
                (root / name).symlink_to(built)
        if (packages := REPOSITORY / "dist" / "lambda").exists():
            shutil.copytree(packages, root / "dist" / "lambda")

    def run(self, *command: str) -> str:
        """What a command printed that must succeed; it imports the copy's modules before those of this checkout."""
        done = subprocess.run(
            command,
            cwd=self.root,
            env={
                **of_a_new_shell(),
                "PATH": os.pathsep.join([str(Path(sys.executable).parent), of_a_new_shell()["PATH"]]),
                "PYTHONPATH": os.pathsep.join(str(self.root / name) for name in (".", "lambdas")),
                "TG_DOWNLOAD_DIR": str(self.root.parent / "cache"),
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-6000:]
        return done.stdout

    def follow(self, document: Path, **names: str) -> str:
        """Do what a document says in one shell, and return what was printed.

        `names` are words of the document that stand for others here.
        """
        script = documents.as_named("\n".join(["set -e", *map(_shell, documents.steps(document))]))
        for name, other in names.items():
            script = re.sub(rf"\b{name}\b", other, script)
        return self.run("bash", "-c", script)

    def edit(self, name: str, file: str, *changes: tuple[str, str]) -> None:
        """Replace each pattern in a file of an environment, where it has to stand."""
        path = self.root / "live" / name / file
        text = path.read_text(encoding="utf-8")
        for pattern, replacement in changes:
            text, count = re.subn(pattern, replacement, text, flags=re.MULTILINE)
            assert count, f"{path} has no {pattern}"
        path.write_text(text, encoding="utf-8")

    def tests(self, *files: str) -> str:
        """Run tests of the copy."""
        return self.run(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", "0", *files)


def _shell(step: Block) -> str:
    """What a reader types, or does with an editor, as shell commands."""
    if step.file:
        return f"cat > {shlex.quote(step.file)} <<'END_OF_FILE'\n{step.commands}END_OF_FILE"
    if step.edit:
        return "\n".join(_replace(step.edit, line) for line in step.commands.splitlines())
    return step.commands


def _replace(file: str, line: str) -> str:
    assignment = _ASSIGNMENT.match(line)
    assert assignment, f"{file}: a line to edit is `name = value`, not {line!r}"
    name, value = assignment.groups()
    pattern = f"^( *{name} *=) .*"
    changed = shlex.quote(f"s|{pattern}|\\1 {value}|")
    return f"grep -qE {shlex.quote(pattern)} {file}; sed -i -E {changed} {file}"
