"""Publish a tag as a release: its part of the changelog, the packages, and their bills of materials."""

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from scripts.ci.github import GitHub
from scripts.common.errors import UserError, run_main
from scripts.common.paths import PACKAGES, REPOSITORY

CHANGELOG = REPOSITORY / "CHANGELOG.md"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command: 0 when the release is published, or its notes are printed."""
    parser = argparse.ArgumentParser(prog="release", description=__doc__)
    parser.add_argument("tag", metavar="TAG", help="the tag, such as v1.2.0")
    parser.add_argument("--notes-only", action="store_true", help="print the notes, and publish nothing")
    options = parser.parse_args(arguments)
    return run_main("release", lambda: _run(options))


def _run(options: argparse.Namespace) -> None:
    notes = notes_of(options.tag, CHANGELOG.read_text(encoding="utf-8"))
    if options.notes_only:
        print(notes)
        return
    publish(GitHub(), options.tag, notes, assets(PACKAGES))


def notes_of(tag: str, changelog: str) -> str:
    """The part of the changelog about a version; raises UserError where there is none or it is empty."""
    if not re.fullmatch(r"v\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?", tag):
        raise UserError(f"{tag!r} is not the tag of a version: name it v1.2.3.")
    version = re.escape(tag.removeprefix("v"))
    found = re.search(rf"^## \[{version}\].*\n((?:(?!## \[).*\n?)*)", changelog, re.MULTILINE)
    if not found or not found[1].strip():
        raise UserError(
            f"CHANGELOG.md says nothing about {tag}: add a part `## [{tag.removeprefix('v')}]`, then tag again."
        )
    return found[1].strip()


def assets(packages: Path) -> list[Path]:
    """The zips, bills of materials and manifests; raises UserError where nothing was built."""
    found = sorted(path for path in packages.glob("*/*.*") if not path.name.startswith("."))
    if not found:
        raise UserError(f"{packages} holds no package: run make package first.")
    return found


def publish(github: GitHub, tag: str, notes: str, files: Sequence[Path]) -> None:
    """Make a draft with everything, then publish it, so that nobody sees it half-filled."""
    draft = github.post("/releases", {"tag_name": tag, "name": tag, "body": notes, "draft": True})
    for file in files:
        github.upload(draft["upload_url"].partition("{")[0], file)
    github.patch(f"/releases/{draft['id']}", {"draft": False})


if __name__ == "__main__":
    sys.exit(main())
