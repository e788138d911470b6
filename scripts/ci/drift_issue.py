"""Open one issue while an environment drifts, keep its text current, and close it when the drift is gone."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scripts.ci.comment import mark, marked, read
from scripts.ci.drift import ANSWER, REPORT
from scripts.ci.github import GitHub
from scripts.common.errors import run_main


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command: 0 when the issue says what is so."""
    parser = argparse.ArgumentParser(prog="drift-issue", description=__doc__)
    parser.add_argument("environment", metavar="ENV", help="the environment that was looked at")
    parser.add_argument("--found", type=Path, required=True, metavar="DIR", help="where `ci-drift` left its answer")
    options = parser.parse_args(arguments)
    return run_main("drift-issue", lambda: _run(options))


def _run(options: argparse.Namespace) -> None:
    drifts = read(options.found / ANSWER).strip() == "yes"
    report(GitHub(), options.environment, read(options.found / REPORT), drifts=drifts)


def report(github: GitHub, environment: str, text: str, *, drifts: bool) -> None:
    """Bring the environment's issue in line with what was found."""
    about = f"drift of {environment}"
    issue = _open_issue(github, about)
    if drifts and issue is None:
        github.post("/issues", {"title": f"{environment} has drifted", "body": marked(about, text)})
    elif drifts and issue is not None:
        github.patch(f"/issues/{issue['number']}", {"body": marked(about, text)})
    elif issue is not None:
        github.post(f"/issues/{issue['number']}/comments", {"body": f"{environment} is as its states say again."})
        github.patch(f"/issues/{issue['number']}", {"state": "closed", "state_reason": "completed"})


def _open_issue(github: GitHub, about: str) -> dict[str, Any] | None:
    """The open issue that an earlier run made; the list has pull requests too."""
    return next(
        (
            one
            for one in github.all("/issues?state=open")
            if "pull_request" not in one
            and (one["body"] or "").startswith(mark(about))
            and one["user"]["type"] == "Bot"
        ),
        None,
    )


if __name__ == "__main__":
    sys.exit(main())
