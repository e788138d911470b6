"""The `dependency-audit` command: asks an advisory database about every version that the locks pin.

Without data nothing is called clean. The database is first asked about a version that is known to be vulnerable: a
proxy's polite answer, or an empty database, is not taken for good news.
"""

import argparse
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.common.environments import REPOSITORY
from scripts.common.paths import SCAN_VENV

EXIT_FOUND = 1
EXIT_NO_TOOL = 2
EXIT_SKIPPED = 3

OSV = "https://api.osv.dev/v1/query"
"""What pip-audit asks as well; google.github.io/osv.dev/post-v1-query describes it."""
KNOWN_VULNERABLE = ("jinja2", "2.4.1")

_ANSWERS_WITHIN_SECONDS = 15
_LIMIT_SECONDS = 300


class UnreachableError(Exception):
    """The database gave no answer that can be used; the text says which."""


class AuditError(Exception):
    """The audit could not be made for another reason."""


@dataclass(frozen=True, slots=True)
class Advisory:
    """An advisory about a pinned version, and the versions in which it is mended."""

    lock: str
    name: str
    version: str
    identifier: str
    mended_in: tuple[str, ...]

    def __str__(self) -> str:
        """Say it in a line."""
        mended = f"mended in {', '.join(self.mended_in)}" if self.mended_in else "not mended in any version"
        return f"{self.lock}: {self.name} {self.version}: {self.identifier}, {mended}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Audit every lock; an unreachable database is a skip that is said, and fails only where that is asked for."""
    options = _parser().parse_args(arguments)
    locks = sorted(options.locks.glob("*.txt"))
    found: list[Advisory] = []
    audited = 0
    try:
        if not locks:
            raise AuditError(f"{options.locks}: there is no lock in it, so nothing was audited")
        _ask_about_known(options.database)
        for lock in locks:
            advisories, pinned = _audit(lock, options.database, options.pip_audit)
            audited += pinned
            found += advisories
    except UnreachableError as error:
        _say_skipped(options.database, str(error))
    except AuditError as error:
        print(f"dependency-audit: {error}", file=sys.stderr)
        return EXIT_NO_TOOL
    else:
        print(f"{audited} pinned versions in {len(locks)} locks, {len(found)} advisories, asked at {options.database}")
        return _told(found)
    return _told(found) or (EXIT_SKIPPED if options.must_reach else 0)


def _told(found: Sequence[Advisory]) -> int:
    for advisory in found:
        print(advisory)
    return EXIT_FOUND if found else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dependency-audit",
        description="Asks an advisory database about every version that the locks pin. Exit status: 0 none is known, "
        "or skipped and said so; 1 advisories; 2 no audit was possible; 3 skipped, with --must-reach.",
    )
    parser.add_argument(
        "--database", default=OSV, metavar="URL", help=f"where OSV's query interface answers (default: {OSV})"
    )
    parser.add_argument(
        "--locks", type=Path, default=REPOSITORY / "requirements", metavar="DIR", help="folder of the locks"
    )
    parser.add_argument(
        "--must-reach", action="store_true", help="fail where the database cannot be reached, instead of a skip"
    )
    parser.add_argument(
        "--pip-audit",
        type=Path,
        default=SCAN_VENV / "bin" / "pip-audit",
        metavar="FILE",
        help="the program (default: that of .venv-scan)",
    )
    return parser


def _say_skipped(database: str, why: str) -> None:
    line = f"skipped: the advisory database at {database} could not be reached ({why}); nothing is known"
    print(f"dependency-audit {line}")
    if os.environ.get("GITHUB_ACTIONS") == "true":
        print(f"::warning title=dependency-audit::{line}")


def _ask_about_known(database: str) -> None:
    name, version = KNOWN_VULNERABLE
    question = {"package": {"name": name, "ecosystem": "PyPI"}, "version": version}
    request = urllib.request.Request(
        database, json.dumps(question).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=_ANSWERS_WITHIN_SECONDS) as response:
            answer = json.load(response)
    except urllib.error.HTTPError as error:
        raise UnreachableError(f"it answers {error.code}") from error
    except urllib.error.URLError as error:
        raise UnreachableError(f"{error.reason}") from error
    except (OSError, ValueError) as error:
        raise UnreachableError(f"no answer that can be read: {error}") from error
    if not (isinstance(answer, dict) and answer.get("vulns")):
        raise UnreachableError(
            f"what answers knows nothing of {name} {version}, which has advisories: no data is there"
        )


def _audit(lock: Path, database: str, pip_audit: Path) -> tuple[list[Advisory], int]:
    command = [
        *(str(pip_audit), "--requirement", str(lock), "--require-hashes", "--disable-pip", "--strict"),
        *("--vulnerability-service", "osv", "--osv-url", database, "--timeout", str(_ANSWERS_WITHIN_SECONDS)),
        *("--format", "json", "--progress-spinner", "off"),
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_LIMIT_SECONDS, check=False)
    except OSError as error:
        raise AuditError(f"{pip_audit}: {error.strerror}; make setup installs it") from error
    except subprocess.TimeoutExpired as error:
        raise UnreachableError(f"{lock.name} was not audited within {_LIMIT_SECONDS} s") from error
    try:
        audited: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1]
        # It has one exit status for advisories and for failures, and shows lost connections as they come.
        if "requests.exceptions" in last or "ServiceError" in last or "ConnectionError" in last:
            raise UnreachableError(f"lost while {lock.name} was audited: {last}") from None
        raise AuditError(f"{lock}: pip-audit failed: {last}") from None
    advisories = [
        Advisory(lock.name, one["name"], one["version"], advisory["id"], tuple(advisory["fix_versions"]))
        for one in audited
        for advisory in one.get("vulns", [])
    ]
    return advisories, len(audited)


if __name__ == "__main__":
    sys.exit(main())
