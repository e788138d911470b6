"""What git says of a checkout: its commit, what changed since another one, and what is not committed."""

import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.common.commands import CommandFailedError, run
from scripts.common.errors import UserError

LIMIT_SECONDS = 60
_LISTED = 5


@dataclass(frozen=True, slots=True)
class Difference:
    """The files that differ between two commits, relative to the checkout: those that are there, and deleted ones."""

    present: frozenset[str]
    deleted: frozenset[str]


class Repository:
    """A checkout of git; raises UserError where there is no git, or the folder is not in a checkout."""

    def __init__(self, root: Path) -> None:
        self.root = root
        try:
            self._git("rev-parse", "--git-dir")
        except CommandFailedError as error:
            if error.status is None:
                raise UserError(
                    "git cannot be started, and a plan is bound to a commit: install git, or put it on PATH."
                ) from None
            raise UserError(
                f"{root} is not a checkout of git, and a plan is bound to a commit: clone the repository. "
                f"git says: {error.tail}"
            ) from None

    def head(self) -> str:
        """The commit that is checked out; raises UserError where there is none yet."""
        try:
            return self._git("rev-parse", "--verify", "HEAD^{commit}").strip()
        except CommandFailedError:
            raise UserError(f"{self.root} has no commit yet, and a plan is bound to one: commit first.") from None

    def uncommitted(self) -> list[str]:
        """The files that differ from HEAD or are new to git, without ignored ones."""
        found = self._git("status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames")
        return sorted(line[3:] for line in found.split("\0") if line)

    def refuse_uncommitted(self, what: str) -> None:
        """Raise UserError, which names the first files, where anything is not committed."""
        if files := self.uncommitted():
            more = f" and {len(files) - _LISTED} more" if len(files) > _LISTED else ""
            raise UserError(
                f"{len(files)} files are not committed ({', '.join(files[:_LISTED])}{more}), so {what}. "
                "Commit or stash them."
            )

    def base(self, reference: str) -> str:
        """The commit at which this branch left `reference`: what changed since then is this branch's own change."""
        try:
            commit = self._git("rev-parse", "--verify", "--end-of-options", f"{reference}^{{commit}}").strip()
        except CommandFailedError:
            raise UserError(
                f"git knows no commit {reference!r}. Name a branch, a tag or a commit; "
                "in a shallow clone fetch it first."
            ) from None
        try:
            return self._git("merge-base", commit, "HEAD").strip()
        except CommandFailedError:
            raise UserError(
                f"{reference} and HEAD have no common commit here. A shallow clone lacks it: git fetch --unshallow"
            ) from None

    def difference(self, base: str, *, uncommitted: bool) -> Difference:
        """What differs between a commit and HEAD, or where `uncommitted` between it and the files as they are."""
        compared = [base] if uncommitted else [base, "HEAD"]
        # A renamed file is a deleted one and a new one: each of its names may be read by a unit.
        found = self._git("diff", "--name-status", "--no-renames", "-z", *compared).split("\0")
        states = dict(zip(found[1::2], found[::2], strict=False))
        new = self._git("ls-files", "--others", "--exclude-standard", "-z").split("\0") if uncommitted else []
        deleted = frozenset(name for name, state in states.items() if state == "D")
        return Difference(frozenset(filter(None, [*states, *new])) - deleted, deleted)

    def is_ignored(self, path: Path) -> bool:
        """Whether git would leave a path out of a commit; also true for one outside the checkout."""
        if not path.resolve().is_relative_to(self.root.resolve()):
            return True
        done = run(
            ["git", "check-ignore", "--quiet", "--no-index", str(path.resolve())],
            limit_seconds=LIMIT_SECONDS,
            cwd=self.root,
            accepted=(0, 1),
        )
        return done.status == 0

    def files(self, commit: str, folder: str) -> list[str]:
        """The files below a folder at a commit."""
        found = self._git("ls-tree", "-r", "--name-only", "-z", commit, "--", f"{folder}/")
        return [name for name in found.split("\0") if name]

    @contextmanager
    def checked_out(self, commit: str) -> Iterator[Path]:
        """The files of a commit in a folder that lasts as long as the block; the checkout is left alone."""
        with tempfile.TemporaryDirectory(prefix="units-") as folder:
            archive = Path(folder) / "commit.tar"
            self._git("archive", "--format=tar", f"--output={archive}", commit)
            files = Path(folder) / "files"
            with tarfile.open(archive) as tar:
                tar.extractall(files, filter="data")
            yield files

    def _git(self, *arguments: str) -> str:
        return run(["git", *arguments], limit_seconds=LIMIT_SECONDS, cwd=self.root).stdout
