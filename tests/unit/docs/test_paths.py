"""What a document calls by its path is there, so that a reader who follows it finds something."""

import re
import subprocess
from pathlib import Path, PurePosixPath

import pytest

from scripts.common.paths import REPOSITORY
from tests.support.documents import documents

ROOTS = ("", "lambdas/", "lambdas/csvbatch/", "live/")
"""Where a path may begin: at the repository's root, or where what its text is about lies."""

MADE = (".local", ".setup.lock", ".tools", ".venv", ".venv-bench", ".venv-judges", ".venv-scan", "dist")
"""What the project's commands make; nothing of it is in the repository."""

ELSEWHERE = {
    ".checkov.yaml": "what the record says the project does without",
    ".terraform.lock.hcl": "what the page says is not kept",
    "Area/City": "a time zone",
    "alias/<name>": "a name in KMS",
    "application/octet-stream": "a content type",
    "binary/octet-stream": "a content type",
    "environments/dev": "of the original layout",
    "environments/prod": "of the original layout",
    "lambda/NAME/DIGEST/JOB.zip": "an object",
    "live/<environment>/<unit>/terraform.tfstate": "an object in the state bucket",
    "live/staging/env.hcl": "what the reader of the how-to makes",
    "providers.tf": "of the original layout",
    "requirements.txt": "of the original layout",
}
"""Paths that documents name although they are not in the repository, and why."""

_CODE = re.compile(r"`([^`\n]+)`")
_FENCED = re.compile(r"^( *)(```+|~~~+).*?^\1\2", re.MULTILINE | re.DOTALL)
_PATH = re.compile(r"[\w.*<>-]+(?:/[\w.*<>-]+)+/?|[\w.-]+\.(?:hcl|md|py|tf|toml|txt|yaml|yml)")
_BUCKETS = ("access", "flow-logs", "incoming", "rejected", "reports", "work")
"""Prefixes of objects, which look like directories."""

DOCUMENTS = [*documents(), REPOSITORY / "CHANGELOG.md", *sorted((REPOSITORY / "modules").glob("*/README.md"))]


def tracked() -> list[PurePosixPath]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return [PurePosixPath(line) for line in listed.stdout.splitlines()]


FILES = tracked()
PLACES = {str(place) for file in FILES for place in (file, *file.parents)}
NAMES = {file.name for file in FILES}


def is_there(path: str) -> bool:
    """Whether the repository has it; `<…>` stands for any name, and a file's name alone for a file anywhere."""
    path = path.rstrip("/")
    if "/" not in path and path in NAMES:
        return True
    pattern = re.sub(r"<[^>]+>", "*", path)
    if "*" in pattern:
        return any(PurePosixPath(place).full_match(root + pattern) for root in ROOTS for place in PLACES)
    return any(root + path in PLACES for root in ROOTS)


def paths_in(document: Path) -> list[str]:
    """The paths that a document names in its text; what is in fenced blocks is typed by other tests."""
    text = _FENCED.sub("", document.read_text(encoding="utf-8"))
    named = {code.partition("::")[0] for code in _CODE.findall(text)}
    first = {path: path.partition("/")[0] for path in named if _PATH.fullmatch(path)}
    return sorted(path for path, top in first.items() if top not in MADE and top not in _BUCKETS and "<" not in top)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(REPOSITORY).as_posix())
def test_every_path_that_a_document_names_is_there(document: Path) -> None:
    assert [path for path in paths_in(document) if path not in ELSEWHERE and not is_there(path)] == []


def test_each_path_that_may_be_missing_is_named_and_missing() -> None:
    named = {path for document in DOCUMENTS for path in paths_in(document)}
    assert sorted(path for path in ELSEWHERE if path not in named or is_there(path)) == []
