"""Secrets in a tree, real detect-secrets: every seeded one is put together here, so that this file holds none."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.common import environments
from scripts.common.environments import REPOSITORY
from scripts.scan.secrets.cli import EXIT_FOUND, EXIT_NOT_SCANNED, main

Scan = Callable[..., tuple[int, str]]

AWS_KEY = "AKIA" + "ABCDEFGHIJKLMNOP"
KEY = "-----BEGIN RSA " + "PRIVATE KEY-----\n" + "MIIEowIBAAKCAQEA" * 4 + "\n-----END RSA " + "PRIVATE KEY-----"
SEEDED = {
    "an AWS key": ("live/test/env.hcl", f'  access_key = "{AWS_KEY}"', "AWS Access Key"),
    "a private key": ("docs/key.pem", KEY, "Private Key"),
    "a password": ("modules/s3/main.tf", "  pass" + 'word = "hunter2-and-more"', "Secret Keyword"),
    "a URL with a password": ("README.md", "oracle://" + "scott:tiger-and-more@database.example", "Basic Auth"),
    "a token": ("Makefile", "TOKEN = ghp_" + "a1B2c3" * 6, "GitHub Token"),
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Make a repository that holds nothing secret."""
    root = tmp_path / "tree"
    root.mkdir()
    (root / "README.md").write_text("Nothing secret.\n")
    git(root, "init", "--quiet")
    git(root, "add", ".")
    return root


@pytest.fixture
def scan(tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Scan:
    nothing = tmp_path / "allowed.toml"
    nothing.touch()

    def run(*arguments: str, allowed: Path = nothing) -> tuple[int, str]:
        status = main(["--root", str(tree), "--allowed", str(allowed), *arguments])
        said = capsys.readouterr()
        return status, said.out + said.err

    return run


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, timeout=60)


def seed(root: Path, name: str, line: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text((path.read_text() if path.exists() else "") + line + "\n")
    git(root, "add", ".")


def allow(folder: Path, text: str) -> Path:
    path = folder / "some.toml"
    path.write_text(text)
    return path


def test_this_tree_holds_no_secret(capsys: pytest.CaptureFixture[str]) -> None:
    status = main([])
    assert status == 0, capsys.readouterr().out


def test_a_key_seeded_into_a_copy_of_this_tree_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = tmp_path / "copy"
    for folder in ("live", "modules"):
        shutil.copytree(REPOSITORY / folder, copy / folder, ignore=shutil.ignore_patterns(".terra*"))
    git(copy, "init", "--quiet")
    name = environments.names()[0]
    seed(copy, f"live/{name}/env.hcl", f'# the key: "{AWS_KEY}"')
    assert main(["--root", str(copy)]) == EXIT_FOUND
    assert f"live/{name}/env.hcl:" in capsys.readouterr().out


@pytest.mark.parametrize(("name", "line", "kind"), SEEDED.values(), ids=SEEDED)
def test_a_seeded_secret_is_told_by_file_line_and_kind(tree: Path, scan: Scan, name: str, line: str, kind: str) -> None:
    seed(tree, name, f"# first line\n{line}")
    status, said = scan()
    # A private key is told by the line of its body.
    number = 3 if name in {"README.md", "docs/key.pem"} else 2
    assert status == EXIT_FOUND
    assert f"{name}:{number}: {kind}" in said


def test_a_private_key_at_the_end_of_a_long_file_is_found(tree: Path, scan: Scan) -> None:
    seed(tree, "long.md", "words and words\n" * 5_000 + KEY)
    status, said = scan()
    assert status == EXIT_FOUND
    assert "long.md:" in said


def test_the_secret_itself_is_never_printed(tree: Path, scan: Scan) -> None:
    seed(tree, "env.hcl", f'key = "{AWS_KEY}"')
    _, said = scan()
    assert AWS_KEY not in said


def test_a_comment_that_tells_the_tool_to_look_away_does_not_count(tree: Path, scan: Scan) -> None:
    seed(tree, "env.hcl", f'key = "{AWS_KEY}" # pragma: allow' + "list secret")
    assert scan()[0] == EXIT_FOUND


def test_what_git_does_not_track_is_not_scanned(tree: Path, scan: Scan) -> None:
    (tree / "env.hcl").write_text(f'key = "{AWS_KEY}"\n')
    status, said = scan()
    assert (status, said) == (0, "1 files, 0 secrets, 0 allowed with a reason\n")


def test_what_is_allowed_is_counted_with_its_reason(tree: Path, scan: Scan, tmp_path: Path) -> None:
    seed(tree, "env.hcl", f'key = "{AWS_KEY}"')
    allowed = allow(tmp_path, '[[allowed]]\nfiles = "*.hcl"\nvalues = ["AKIA[A-Z]+"]\nreason = "made up"\n')
    status, said = scan(allowed=allowed)
    assert (status, said.splitlines()) == (
        0,
        ["allowed    1: made up", "2 files, 0 secrets, 1 allowed with a reason"],
    )


def test_what_is_allowed_in_one_file_is_found_in_another(tree: Path, scan: Scan, tmp_path: Path) -> None:
    seed(tree, "env.hcl", f'key = "{AWS_KEY}"')
    seed(tree, "main.tf", f'key = "{AWS_KEY}"')
    allowed = allow(tmp_path, '[[allowed]]\nfiles = "*.hcl"\nvalues = ["AKIA[A-Z]+"]\nreason = "made up"\n')
    status, said = scan(allowed=allowed)
    assert status == EXIT_FOUND
    assert "main.tf:1: AWS Access Key" in said


def test_an_entry_that_allows_nothing_has_to_go(scan: Scan, tmp_path: Path) -> None:
    allowed = allow(tmp_path, '[[allowed]]\nvalues = ["AKIA[A-Z]+"]\nreason = "made up"\n')
    status, said = scan(allowed=allowed)
    assert status == EXIT_FOUND
    assert "'AKIA[A-Z]+' in '*' allows nothing that is there; remove it" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[allowed]]\nvalues = ["a"]\n', "an entry has no reason"),
        ('[[allowed]]\nvalues = ["a"]\nreason = " "\n', "['a'] has no reason; say why it is no secret"),
        ('[[allowed]]\nvalues = ["("]\nreason = "made up"\n', "unterminated subpattern"),
        ("[[allowed\n", "some.toml: "),
    ],
    ids=["no reason", "empty reason", "no pattern", "no TOML"],
)
def test_a_list_that_cannot_be_used_stops_the_scan(scan: Scan, tmp_path: Path, text: str, said: str) -> None:
    status, found = scan(allowed=allow(tmp_path, text))
    assert status == EXIT_NOT_SCANNED
    assert said in found


def test_without_the_tool_nothing_counts_as_scanned(scan: Scan, tmp_path: Path) -> None:
    status, said = scan("--python", str(tmp_path / "python"))
    assert status == EXIT_NOT_SCANNED
    assert "python: No such file or directory; make setup installs the scanning tools" in said


def test_a_python_without_the_tool_is_no_clean_scan(scan: Scan) -> None:
    status, said = scan("--python", str(REPOSITORY / ".venv" / "bin" / "python"))
    assert status == EXIT_NOT_SCANNED
    assert "detect-secrets failed; make setup installs it" in said


def test_a_folder_that_git_does_not_know_is_no_clean_scan(tmp_path: Path, scan: Scan, tree: Path) -> None:
    shutil.rmtree(tree / ".git")
    status, said = scan()
    assert status == EXIT_NOT_SCANNED
    assert "git does not say what it tracks there" in said


def test_an_empty_tree_is_no_clean_scan(scan: Scan, tree: Path) -> None:
    (tree / "README.md").unlink()
    status, said = scan()
    assert status == EXIT_NOT_SCANNED
    assert "git tracks no file there, so nothing was scanned" in said


def test_a_folder_that_is_not_there_is_no_clean_scan(scan: Scan, tree: Path) -> None:
    shutil.rmtree(tree)
    assert scan()[0] == EXIT_NOT_SCANNED


def test_a_file_that_may_not_be_read_is_no_clean_scan(tree: Path) -> None:
    seed(tree, "env.hcl", "nothing")
    (tree / "env.hcl").chmod(0)
    without_rights = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    command = [*without_rights, str(REPOSITORY / ".venv" / "bin" / "secret-scan"), "--root", str(tree)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == EXIT_NOT_SCANNED
    assert "env.hcl: Permission denied, so it was not scanned" in done.stderr
