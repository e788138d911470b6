"""Write a comment on a pull request, or replace the text of the one that an earlier run wrote."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from scripts.ci.github import GitHub
from scripts.common.errors import UserError, run_main

LONGEST = 65_536
"""Characters that GitHub accepts in a comment: its database column holds no more (no page of GitHub's says so)."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command: 0 when the comment is there."""
    parser = argparse.ArgumentParser(prog="comment", description=__doc__)
    parser.add_argument("--pull-request", type=int, required=True, metavar="N", help="its number")
    parser.add_argument("--about", required=True, metavar="NAME", help="one comment per name, such as: plan of dev")
    parser.add_argument("--file", type=Path, required=True, metavar="FILE", help="the comment, as Markdown")
    options = parser.parse_args(arguments)
    return run_main("comment", lambda: write(GitHub(), options.pull_request, options.about, read(options.file)))


def read(file: Path) -> str:
    """The text of a file; raises UserError where it is missing or empty."""
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    if not text.strip():
        raise UserError(f"{file} does not exist or is empty: the step before should have written it.")
    return text


def marked(about: str, text: str) -> str:
    """The text with an invisible first line, by which the next run finds it again."""
    line = mark(about)
    if len(line) + len(text) + 1 > LONGEST:
        raise UserError(f"The text about {about} has {len(text)} characters; GitHub accepts {LONGEST}.")
    return f"{line}\n{text}"


def mark(about: str) -> str:
    """The first line of what is about this."""
    return f"<!-- csvbatch: {about} -->"


def write(github: GitHub, pull_request: int, about: str, text: str) -> None:
    """Replace the comment about this, or make it."""
    body = {"body": marked(about, text)}
    for one in github.all(f"/issues/{pull_request}/comments"):
        if one["body"].startswith(mark(about)) and one["user"]["type"] == "Bot":
            github.patch(f"/issues/comments/{one['id']}", body)
            return
    github.post(f"/issues/{pull_request}/comments", body)


if __name__ == "__main__":
    sys.exit(main())
