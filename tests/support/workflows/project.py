"""A repository as a forge holds it, with `main` as this checkout is, and what people do with it."""

from collections.abc import Callable
from pathlib import Path

from tests.support.changed_tree import ChangedTree
from tests.support.workflows.runner import Event


class Project:
    """The forge's repository, `origin`, and a checkout of somebody who works on it."""

    def __init__(self, folder: Path) -> None:
        self.tree = ChangedTree(folder / "checkout")
        self.origin = folder / "origin.git"
        self.tree.git("clone", "--quiet", "--bare", str(self.tree.root), str(self.origin))
        # As on a forge, jobs fetch a commit by its name.
        self.tree.git("-C", str(self.origin), "config", "uploadpack.allowAnySHA1InWant", "true")

    def pull_request(self, number: int, edit: Callable[[ChangedTree], None], head: str) -> Event:
        """Propose a change; jobs check out its merge with `main`, as GitHub makes it of each pull request."""
        self.tree.branch()
        edit(self.tree)
        branch = self.tree.commit()
        self.tree.git("checkout", "--quiet", "--detach", "main")
        self.tree.git("merge", "--quiet", "--no-ff", "--message=merge", branch)
        ref = f"refs/pull/{number}/merge"
        self.tree.git("push", "--quiet", str(self.origin), f"HEAD:{ref}")
        asked = {"number": number, "head": {"repo": {"full_name": head}}}
        return Event("pull_request", ref, self.tree.git("rev-parse", "HEAD"), asked)

    def merge(self, event: Event) -> Event:
        """Make the pull request's merge the head of `main`."""
        self.tree.git("checkout", "--quiet", "-B", "main", event.sha)
        return self._push()

    def revert(self) -> Event:
        """Take back the last merge."""
        self.tree.git("revert", "--no-edit", "--mainline=1", "HEAD")
        return self._push()

    def scheduled(self) -> Event:
        """What a schedule starts: the head of `main`."""
        return Event("schedule", "refs/heads/main", self.tree.git("rev-parse", "main"))

    def _push(self) -> Event:
        self.tree.git("push", "--quiet", str(self.origin), "main")
        return Event("push", "refs/heads/main", self.tree.git("rev-parse", "main"))
