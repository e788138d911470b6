"""The command behind `make second-aws`: dev on MiniStack, beside dev on the local AWS.

Bootstraps, applies and plans again, loads the demo's files with MiniStack's runtime, tries what roles may not do, asks
both the same calls, destroys, and sends both what AWS refuses. Each difference needs a reason in `differences.yaml`,
and each reason a difference.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from botocore.exceptions import BotoCoreError, ClientError

from scripts.common import environments
from scripts.common.errors import UserError, run_main
from scripts.common.paths import PACKAGES
from tests.judges.verdicts import Verdict, record
from tests.second_aws import server
from tests.second_aws.differences import Judgement, judge, read
from tests.second_aws.listeners import NotLoopbackError
from tests.second_aws.run import Run

ROWS = 200_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 1 where something fails, a difference has no reason, or a reason is no longer needed."""
    parser = argparse.ArgumentParser(prog="python -m tests.second_aws", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS, metavar="N", help=f"recipients to load ({ROWS})")
    options = parser.parse_args(arguments)
    expected = (BotoCoreError, ClientError, NotLoopbackError)
    return run_main("second-aws", lambda: _run(options.rows), expected)


def _run(rows: int) -> int:
    table = read()
    if not list(PACKAGES.glob("*/*.json")):
        raise UserError(f"{PACKAGES} has no packages. Build them: make package")
    started = time.monotonic()

    def say(line: str) -> None:
        print(f"[{time.monotonic() - started:5.0f} s] {line}", flush=True)

    environment = environments.default()
    with TemporaryDirectory(prefix="second-aws-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with server.running(environment, folder / "ministack") as ministack:
            listening = ", ".join(f"{address}:{port}" for address, port in sorted(ministack.require_loopback()))
            say(f"MiniStack listens on {listening}, and nowhere else")
            run = Run(environment, ministack, folder, say)
            run.all(rows)
    return _report(run.counts, judge(run.differences, table))


def _report(counts: Mapping[str, int], judgement: Judgement) -> int:
    for difference, row in judgement.explained:
        print(f"{difference}\n    {row.right} right: {row.reason.strip()}")
    for difference in judgement.unexplained:
        print(f"without a reason: {difference}")
    for row in judgement.unneeded:
        print(f"no longer needed: {row}")
    print(*summary(counts, judgement), sep="\n")
    record("second-aws", list(_verdicts(counts, judgement)))
    return 0 if judgement.holds else 1


_ASKED = {
    "plan": ("second plans", "units"),
    "denial": ("what roles may not do", "denials"),
    "refusal": ("requests that AWS refuses", "requests that AWS refuses"),
    "answer": ("answers", "calls"),
    "event": ("events", "events"),
}
"""What was asked about, and the count of questions, by kind of difference."""


def _verdicts(counts: Mapping[str, int], judgement: Judgement) -> Iterator[Verdict]:
    """A question with several differences counts them all, so agreed is what is left of the questions."""
    with_reason = Counter(one.kind for one, _ in judgement.explained)
    without = Counter(one.kind for one in judgement.unexplained)
    for kind, (about, asked) in _ASKED.items():
        agreed = max(0, counts[asked] - with_reason[kind] - without[kind])
        yield Verdict(f"MiniStack: {about}", counts[asked], agreed, with_reason[kind], without[kind])


def summary(counts: Mapping[str, int], judgement: Judgement) -> Iterator[str]:
    """The last lines of the command."""
    with_reason = Counter(one.kind for one, _ in judgement.explained)
    without = Counter(one.kind for one in judgement.unexplained)

    def differed(kind: str) -> str:
        return f"differed with a reason {with_reason[kind]}, without {without[kind]}"

    yield f"units applied: {counts['units']}; second plan: {differed('plan')}"
    yield (
        f"files loaded: {counts['files']}; rows: {counts['rows']:,} read = {counts['merged']:,} merged + "
        f"{counts['rejected']:,} rejected"
    )
    for kind, asked in (("denial", "denials"), ("refusal", "requests that AWS refuses")):
        agreed = counts[asked] - with_reason[kind] - without[kind]
        yield f"{asked}: {counts[asked]} tried, {agreed} agreed, {differed(kind)}"
    yield f"answers: {counts['calls']} compared, {counts['agreed']} agreed; members {differed('answer')}"
    yield f"events: {counts['events']} compared; members {differed('event')}"
    yield f"differences without a reason: {len(judgement.unexplained)}"
    yield f"reasons no longer needed: {len(judgement.unneeded)}"


if __name__ == "__main__":
    sys.exit(main())
