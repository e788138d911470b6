"""Secrets in a tree, real detect-secrets: every seeded one is put together here, so that this file holds none."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.common import environments
from scripts.common.paths import REPOSITORY, SCAN_VENV

Scan = Callable[..., tuple[int, str]]

COMMAND = [str(SCAN_VENV / "bin" / "python"), "-m", "scripts.scan.secret_scan"]
FOUND, NOT_SCANNED = 1, 2
LIMIT_SECONDS = 300

AWS_KEY = "AKIA" + "ABCDEFGHIJKLMNOP"
KEY = "-----BEGIN RSA " + "PRIVATE KEY-----\n" + "MIIEowIBAAKCAQEA" * 4 + "\n-----END RSA " + "PRIVATE KEY-----"
SEEDED = {
    "an AWS key": ("live/test/env.hcl", f'  access_key = "{AWS_KEY}"', "AWS Access Key"),
    "a private key": ("docs/key.pem", KEY, "Private Key"),
    "a password": ("modules/s3/main.tf", "  pass" + 'word = "hunter2-and-more"', "Secret Keyword"),
    "a URL with a password": ("README.md", "oracle://" + "scott:tiger-and-more@database.example", "Basic Auth"),
    "a key in Python": ("scripts/run.py", f'KEY = "{AWS_KEY}"', "AWS Access Key"),
    "a key in YAML": ("contracts/data.yaml", f'key: "{AWS_KEY}"', "AWS Access Key"),
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
def scan(tree: Path, tmp_path: Path) -> Scan:
    nothing = tmp_path / "allowed.toml"
    nothing.touch()

    def run(*before: str, allowed: Path = nothing) -> tuple[int, str]:
        return run_command(*before, *COMMAND, "--root", str(tree), "--allowed", str(allowed))

    return run


def run_command(*command: str) -> tuple[int, str]:
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False)
    return done.returncode, done.stdout + done.stderr


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


def test_this_tree_holds_no_secret() -> None:
    status, said = run_command(*COMMAND)
    assert status == 0, said


def test_a_key_seeded_into_a_copy_of_this_tree_is_found(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    for folder in ("live", "modules"):
        shutil.copytree(REPOSITORY / folder, copy / folder, ignore=shutil.ignore_patterns(".terra*"))
    git(copy, "init", "--quiet")
    name = environments.names()[0]
    seed(copy, f"live/{name}/env.hcl", f'# the key: "{AWS_KEY}"')
    status, said = run_command(*COMMAND, "--root", str(copy))
    assert status == FOUND
    assert f"live/{name}/env.hcl:" in said


@pytest.mark.parametrize(("name", "line", "kind"), SEEDED.values(), ids=SEEDED)
def test_a_seeded_secret_is_reported_by_file_line_and_kind(
    tree: Path, scan: Scan, name: str, line: str, kind: str
) -> None:
    seed(tree, name, f"# first line\n{line}")
    status, said = scan()
    # A private key is reported by the line of its body.
    number = 3 if name in {"README.md", "docs/key.pem"} else 2
    assert status == FOUND
    assert f"{name}:{number}: {kind}" in said


def test_a_private_key_at_the_end_of_a_long_file_is_found(tree: Path, scan: Scan) -> None:
    seed(tree, "long.md", "words and words\n" * 5_000 + KEY)
    status, said = scan()
    assert status == FOUND
    assert "long.md:" in said


def test_the_secret_itself_is_never_printed(tree: Path, scan: Scan) -> None:
    seed(tree, "env.hcl", f'key = "{AWS_KEY}"')
    _, said = scan()
    assert AWS_KEY not in said


def test_a_comment_that_switches_the_tool_off_does_not_count(tree: Path, scan: Scan) -> None:
    seed(tree, "env.hcl", f'key = "{AWS_KEY}" # pragma: allow' + "list secret")
    assert scan()[0] == FOUND


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
    assert status == FOUND
    assert "main.tf:1: AWS Access Key" in said


def test_an_entry_that_matches_nothing_is_refused(scan: Scan, tmp_path: Path) -> None:
    allowed = allow(tmp_path, '[[allowed]]\nvalues = ["AKIA[A-Z]+"]\nreason = "made up"\n')
    status, said = scan(allowed=allowed)
    assert status == FOUND
    assert "'AKIA[A-Z]+' in '*' matches nothing: remove the entry" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[allowed]]\nvalues = ["a"]\n', "an entry has no reason"),
        ('[[allowed]]\nvalues = ["a"]\nreason = " "\n', "['a'] has no reason: say why it is not a secret"),
        ('[[allowed]]\nvalues = ["("]\nreason = "made up"\n', "unterminated subpattern"),
        ("[[allowed\n", "some.toml: "),
    ],
    ids=["no reason", "empty reason", "not a pattern", "not TOML"],
)
def test_an_allowlist_that_cannot_be_used_stops_the_scan(scan: Scan, tmp_path: Path, text: str, said: str) -> None:
    status, found = scan(allowed=allow(tmp_path, text))
    assert status == NOT_SCANNED
    assert said in found


def test_a_folder_that_git_does_not_know_is_not_a_clean_scan(tmp_path: Path, scan: Scan, tree: Path) -> None:
    shutil.rmtree(tree / ".git")
    status, said = scan()
    assert status == NOT_SCANNED
    assert "nothing was scanned: git ls-files -z failed" in said


def test_an_empty_tree_is_not_a_clean_scan(scan: Scan, tree: Path) -> None:
    (tree / "README.md").unlink()
    status, said = scan()
    assert status == NOT_SCANNED
    assert "git tracks no file there" in said


def test_a_folder_that_is_not_there_is_not_a_clean_scan(scan: Scan, tree: Path) -> None:
    shutil.rmtree(tree)
    assert scan()[0] == NOT_SCANNED


def test_a_file_that_cannot_be_read_is_not_a_clean_scan(tree: Path, scan: Scan) -> None:
    seed(tree, "env.hcl", "nothing")
    (tree / "env.hcl").chmod(0)
    without_rights = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    status, said = scan(*without_rights)
    assert status == NOT_SCANNED
    assert f"Permission denied: '{tree}/env.hcl'" in said
