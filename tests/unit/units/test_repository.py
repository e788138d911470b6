"""What git says, and the sentences where it says nothing useful."""

import os
import subprocess
from pathlib import Path

import pytest

from scripts.common.errors import UserError
from scripts.units.repository import Repository

IDENTITY = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"]


class Checkout:
    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *IDENTITY, *arguments], cwd=self.root, capture_output=True, text=True, timeout=60, check=True
        )
        return done.stdout.strip()

    def commit(self, **files: str | None) -> str:
        for name, content in files.items():
            path = self.root / name.replace("__", "/")
            if content is None:
                path.unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message=x")
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    made = Checkout(tmp_path / "checkout")
    made.commit(a="1", b="1", live__c="1")
    return made


def test_a_branch_is_compared_with_the_commit_at_which_it_left(checkout: Checkout) -> None:
    base = checkout.git("rev-parse", "HEAD")
    checkout.git("switch", "--quiet", "--create", "work")
    checkout.commit(a="2", new="1", b=None)
    checkout.git("switch", "--quiet", "main")
    checkout.commit(live__c="2")
    checkout.git("switch", "--quiet", "work")
    repository = Repository(checkout.root)
    assert repository.base("main") == base
    found = repository.difference(base, uncommitted=False)
    assert (found.present, found.deleted) == ({"a", "new"}, {"b"})


def test_a_renamed_file_counts_with_both_names(checkout: Checkout) -> None:
    base = checkout.git("rev-parse", "HEAD")
    checkout.git("mv", "a", "z")
    checkout.commit()
    found = Repository(checkout.root).difference(base, uncommitted=False)
    assert (found.present, found.deleted) == ({"z"}, {"a"})


def test_the_tree_as_it_is_includes_new_files_and_leaves_out_ignored_ones(checkout: Checkout) -> None:
    checkout.commit(**{".gitignore": "*.log\n"})
    base = checkout.git("rev-parse", "HEAD")
    (checkout.root / "a").write_text("2")
    (checkout.root / "new file").write_text("1")
    (checkout.root / "x.log").write_text("1")
    repository = Repository(checkout.root)
    assert repository.difference(base, uncommitted=True).present == {"a", "new file"}
    assert repository.difference(base, uncommitted=False).present == set()
    assert repository.uncommitted() == ["a", "new file"]
    with pytest.raises(UserError, match=r"2 files are not committed \(a, new file\), so nothing happened\. Commit"):
        repository.refuse_uncommitted("nothing happened")


def test_a_commit_can_be_read_without_touching_the_checkout(checkout: Checkout) -> None:
    base = checkout.git("rev-parse", "HEAD")
    checkout.commit(a=None)
    with Repository(checkout.root).checked_out(base) as files:
        assert (files / "a").read_text() == "1"
        assert (files / "live" / "c").is_file()
    assert not files.exists()
    assert not (checkout.root / "a").exists()
    assert Repository(checkout.root).files(base, "live") == ["live/c"]


@pytest.mark.parametrize("reference", ["nonsense", "--all", "HEAD~99", ""])
def test_an_unknown_reference_is_named(checkout: Checkout, reference: str) -> None:
    with pytest.raises(UserError, match=f"git knows no commit '{reference}'"):
        Repository(checkout.root).base(reference)


def test_histories_without_a_common_commit_are_said_to_have_none(checkout: Checkout) -> None:
    checkout.git("switch", "--quiet", "--orphan", "other")
    checkout.commit(x="1")
    with pytest.raises(UserError, match="no common commit"):
        Repository(checkout.root).base("main")


def test_a_folder_outside_git_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    with pytest.raises(UserError, match="is not a checkout of git"):
        Repository(tmp_path)


def test_a_machine_without_git_is_told_to_install_it(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(checkout.root))
    with pytest.raises(UserError, match="install git"):
        Repository(checkout.root)


def test_a_checkout_without_a_commit_is_told_to_commit(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no commit yet"):
        Repository(Checkout(tmp_path / "empty").root).head()


def test_what_git_would_commit_is_not_ignored(checkout: Checkout, tmp_path: Path) -> None:
    checkout.commit(**{".gitignore": ".local/\n"})
    repository = Repository(checkout.root)
    assert not repository.is_ignored(checkout.root / "plans")
    assert repository.is_ignored(checkout.root / ".local" / "plans")
    assert repository.is_ignored(tmp_path / "elsewhere")
    (checkout.root / "link").symlink_to(checkout.root / "live")
    assert not repository.is_ignored(checkout.root / "link" / "plans")
    assert os.path.lexists(checkout.root / "link")
