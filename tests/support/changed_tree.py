"""A committed copy of this checkout whose tree is changed as on a branch, and `units` typed in it."""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from scripts.common.paths import command
from tests.support.followed import Copy
from tests.support.platform import Platform, Ran

_IDENTITY = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"]
LIMIT_SECONDS = 900


class ChangedTree:
    """The copy; `main` is the commit that is as this checkout, and other commits are the changes of tests."""

    def __init__(self, root: Path) -> None:
        self.root = Copy(root).root
        # The links to this checkout's tools are no folders, so the patterns of .gitignore do not match them.
        (self.root / ".git" / "info" / "exclude").write_text(".tools\n.venv\n.venv-scan\n")
        self.git("checkout", "--quiet", "-B", "main")
        self.commit("as it was")

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *_IDENTITY, *arguments], cwd=self.root, capture_output=True, text=True, timeout=60, check=True
        )
        return done.stdout.strip()

    def commit(self, message: str = "a change") -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", f"--message={message}")
        return self.git("rev-parse", "HEAD")

    def branch(self) -> None:
        """Go back to `main`, on a branch of its own for the changes of a test."""
        self.git("checkout", "--quiet", "--force", "-B", "work", "main")
        self.git("clean", "--quiet", "--force", "-d")

    def edit(self, file: str, pattern: str, replacement: str) -> None:
        """Replace a pattern that has to stand in a file once."""
        path = self.root / file
        text, count = re.subn(pattern, replacement, path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert count == 1, f"{file} holds {count} times: {pattern}"
        path.write_text(text, encoding="utf-8")

    def add(self, file: str, text: str = "\n") -> None:
        """Write at the end of a file, which may be new."""
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as target:
            target.write(text)

    def variables(self, platform: Platform) -> dict[str, str]:
        """What commands run with: the copy's modules before those of this checkout, and the platform's AWS."""
        return {
            **platform.variables,
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
            "PYTHONPATH": os.pathsep.join(str(self.root / name) for name in (".", "lambdas")),
        }

    def units(self, platform: Platform, *arguments: str, given: str = "", seconds: int = LIMIT_SECONDS) -> Ran:
        """Type `units`, and what it is answered."""
        return self.run([command("units"), *arguments], self.variables(platform), given, seconds)

    def run(
        self, typed: Sequence[str], variables: dict[str, str], given: str = "", seconds: int = LIMIT_SECONDS
    ) -> Ran:
        """Type any command in the copy."""
        done = subprocess.run(
            typed,
            cwd=self.root,
            env=variables,
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
            check=False,
        )
        return Ran(done.returncode, done.stdout)
