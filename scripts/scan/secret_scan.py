"""Looks for secrets in every file that git tracks: `make secrets`, with the Python of .venv-scan.

It calls detect-secrets as a library. The tool's own commands exit with 0 where a file cannot be read, where no file is
given, and where a private key is in a file above 8 kB; and a comment makes them skip a line without a reason.
"""

import argparse
import contextlib
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from detect_secrets import SecretsCollection
from detect_secrets.plugins.private_key import PrivateKeyDetector
from detect_secrets.settings import default_settings

from scripts.common.commands import run
from scripts.common.errors import UserError, run_main
from scripts.common.paths import REPOSITORY

ALLOWED = Path(__file__).with_name("allowed_secrets.toml")
FOUND, NOT_SCANNED = 1, 2

_LARGEST_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Allowed:
    """Values that are not secrets in some files, and why; `value` is a regular expression for the whole value."""

    files: str
    value: str
    reason: str

    def covers(self, file: str, value: str) -> bool:
        """Whether this entry allows that value in that file."""
        return fnmatchcase(file, self.files) and re.fullmatch(self.value, value) is not None


def main(arguments: Sequence[str] | None = None) -> int:
    """Scan, and print file, line and kind of each finding, never its value."""
    parser = argparse.ArgumentParser(
        prog="secret_scan",
        description="Looks for secrets in every file that git tracks. Exit status: 0 none, 1 some, 2 not scanned.",
    )
    parser.add_argument("--root", type=Path, default=REPOSITORY, metavar="DIR", help="the checkout (default: this one)")
    parser.add_argument(
        "--allowed", type=Path, default=ALLOWED, metavar="FILE", help="what is not a secret, with reasons (TOML)"
    )
    options = parser.parse_args(arguments)
    return run_main(
        "nothing was scanned", lambda: _scan(options.root, options.allowed), (OSError,), failure_status=NOT_SCANNED
    )


def _scan(root: Path, path: Path) -> int:
    allowed, names = _read_allowed(path), _tracked(root)
    used: Counter[Allowed] = Counter()
    secrets = 0
    for file, secret in _findings(root, names):
        cover = next((one for one in allowed if one.covers(file, str(secret.secret_value))), None)
        if cover:
            used[cover] += 1
        else:
            secrets += 1
            print(
                f"{file}:{secret.line_number}: {secret.type}: remove the secret and revoke it where it is valid; "
                f"if it is made up, add it to {path.name} with a reason"
            )
    for reason in dict.fromkeys(one.reason for one in used):
        print(f"allowed {sum(used[one] for one in used if one.reason == reason):4}: {reason}")
    unused = [one for one in allowed if one not in used]
    for one in unused:
        print(f"{path.name}: {one.value!r} in {one.files!r} matches nothing: remove the entry")
    print(f"{len(names)} files, {secrets} secrets, {used.total()} allowed with a reason")
    return FOUND if secrets or unused else 0


def _read_allowed(path: Path) -> list[Allowed]:
    found = []
    try:
        for entry in tomllib.loads(path.read_text(encoding="utf-8")).get("allowed", []):
            if not entry["reason"].strip():
                raise UserError(f"{path}: {entry['values']} has no reason: say why it is not a secret")
            for value in entry["values"]:
                re.compile(value)
                found.append(Allowed(entry.get("files", "*"), value, entry["reason"]))
    except KeyError as error:
        raise UserError(f"{path}: an entry has no {error.args[0]}: each needs values and a reason") from error
    except (ValueError, re.error) as error:
        raise UserError(f"{path}: {error}") from error
    return found


def _tracked(root: Path) -> list[str]:
    done = run(["git", "ls-files", "-z"], cwd=root, limit_seconds=60)
    # A file may be removed and the removal not committed yet.
    names = [name for name in done.stdout.split("\0") if name and (root / name).is_file()]
    if not names:
        raise UserError(f"{root}: git tracks no file there")
    for name in names:
        # detect-secrets skips a file that it cannot open.
        (root / name).open("rb").close()
    return names


def _findings(root: Path, names: Sequence[str]) -> SecretsCollection:
    PrivateKeyDetector.MAX_FILE_SIZE = _LARGEST_BYTES
    with contextlib.chdir(root), default_settings() as settings:
        settings.disable_filters("detect_secrets.filters.allowlist.is_line_allowlisted")
        found = SecretsCollection()
        found.scan_files(*names)
    return found


if __name__ == "__main__":
    sys.exit(main())
