"""The command behind `make judges`: lets every judge that knows nothing of this project answer, and prints a line each.

Each judge can run alone: `make judges-csv`, `make second-aws`, and the tests that the others are.
"""

import argparse
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.judges.verdicts import Verdict, known, record, table

_LIMIT_SECONDS = 7200


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 1 if a judge differs without a reason, or could not answer."""
    parser = argparse.ArgumentParser(prog="python -m tests.judges", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="JUDGE", help=f"which ones: {', '.join(_JUDGES)} (all)")
    parser.add_argument("--files", type=int, default=10_000, metavar="N", help="CSV files to generate (10000)")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - _JUDGES.keys():
        parser.error(f"no judge is called {', '.join(sorted(unknown))}: use {', '.join(_JUDGES)}")
    failed = [name for name in options.names or _JUDGES if not _JUDGES[name](options.files)]
    verdicts = list(known())
    print(*table(verdicts), sep="\n")
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed or any(one.without for _, one in verdicts) else 0


def _csv(files: int) -> bool:
    return _command("-m", "tests.judges_of_csv", "--files", str(files))


def _second_aws(_: int) -> bool:
    return _command("-m", "tests.second_aws")


def _requests(_: int) -> bool:
    return _tests(
        "requests",
        "AWS's service models, schemas and pages: requests",
        ["tests/integration/local/aws/test_validation.py"],
    )


def _oracle(_: int) -> bool:
    return _tests("oracle", "python-oracledb and H2: tests of the store", ["tests/integration/store", "-k", "oracle"])


def _command(*arguments: str) -> bool:
    done = subprocess.run([sys.executable, *arguments], timeout=_LIMIT_SECONDS, check=False)
    return done.returncode == 0


def _tests(name: str, judge: str, arguments: Sequence[str]) -> bool:
    """Run tests whose outcome is the judge's answer; a skipped test is a question that was not asked."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        passed = _command("-m", "pytest", "-q", "-n0", f"--junitxml={report}", *arguments)
        if not report.is_file():
            return False
        suite = ElementTree.parse(report).getroot().find("testsuite")
    assert suite is not None
    tests, wrong, skipped = (
        int(suite.get("tests", 0)),
        int(suite.get("failures", 0)) + int(suite.get("errors", 0)),
        int(suite.get("skipped", 0)),
    )
    record(name, [Verdict(judge, tests - skipped, tests - skipped - wrong, 0, wrong)])
    return passed


_JUDGES: Mapping[str, Callable[[int], bool]] = {
    "requests": _requests,
    "oracle": _oracle,
    "csv": _csv,
    "second-aws": _second_aws,
}

if __name__ == "__main__":
    sys.exit(main())
