"""The `secret-scan` command."""

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from scripts.common.environments import REPOSITORY
from scripts.common.paths import SCAN_VENV
from scripts.scan.secrets.allowed import ALLOWED, Allowed, Finding, read_allowed
from scripts.scan.secrets.errors import SecretScanError

EXIT_FOUND = 1
EXIT_NOT_SCANNED = 2

_LIMIT_SECONDS = 300


def main(arguments: Sequence[str] | None = None) -> int:
    """Scan, and print file, line and kind of what is found: never the value."""
    options = _parser().parse_args(arguments)
    try:
        allowed = read_allowed(options.allowed)
        names = _tracked(options.root)
        findings = _findings(options.root, names, options.python)
    except SecretScanError as error:
        print(f"secret-scan: {error}", file=sys.stderr)
        return EXIT_NOT_SCANNED
    return _report(names, findings, allowed, options.allowed)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="secret-scan",
        description="Looks for secrets in every file that git tracks. Exit status: 0 none, 1 some, 2 not scanned.",
    )
    parser.add_argument("--root", type=Path, default=REPOSITORY, metavar="DIR", help="the checkout (default: this one)")
    parser.add_argument(
        "--allowed", type=Path, default=ALLOWED, metavar="FILE", help="what is no secret, with reasons (TOML)"
    )
    parser.add_argument(
        "--python",
        type=Path,
        default=SCAN_VENV / "bin" / "python",
        metavar="FILE",
        help="the Python that has detect-secrets (default: that of .venv-scan)",
    )
    return parser


def _tracked(root: Path) -> list[str]:
    try:
        done = subprocess.run(
            ["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, timeout=60, check=False
        )
    except OSError as error:
        raise SecretScanError(
            f"{error.filename}: {error.strerror}; git has to be installed, and --root be there"
        ) from error
    if done.returncode != 0:
        raise SecretScanError(f"{root}: git does not say what it tracks there: {done.stderr.strip()}")
    # A file may be removed and the removal not committed yet.
    names = [name for name in done.stdout.split("\0") if name and (root / name).is_file()]
    if not names:
        raise SecretScanError(f"{root}: git tracks no file there, so nothing was scanned")
    for name in names:
        try:
            (root / name).open("rb").close()
        except OSError as error:
            raise SecretScanError(f"{root / name}: {error.strerror}, so it was not scanned") from error
    return names


def _findings(root: Path, names: Sequence[str], python: Path) -> list[Finding]:
    try:
        done = subprocess.run(
            [str(python), "-P", str(Path(__file__).with_name("finder.py"))],
            cwd=root,
            input="\0".join(names),
            capture_output=True,
            text=True,
            timeout=_LIMIT_SECONDS,
            check=False,
        )
    except OSError as error:
        raise SecretScanError(f"{python}: {error.strerror}; make setup installs the scanning tools") from error
    except subprocess.TimeoutExpired as error:
        raise SecretScanError(f"{root}: not scanned within {_LIMIT_SECONDS} s") from error
    if done.returncode != 0:
        raise SecretScanError(f"detect-secrets failed; make setup installs it\n{done.stderr.strip()}")
    return [Finding(**one) for one in json.loads(done.stdout)]


def _report(names: Sequence[str], findings: Sequence[Finding], allowed: Sequence[Allowed], path: Path) -> int:
    used: Counter[Allowed] = Counter()
    secrets = []
    for finding in findings:
        cover = next((one for one in allowed if one.covers(finding)), None)
        if cover:
            used[cover] += 1
        else:
            secrets.append(finding)
    for reason in dict.fromkeys(one.reason for one in used):
        print(f"allowed {sum(used[one] for one in used if one.reason == reason):4}: {reason}")
    for secret in secrets:
        print(
            f"{secret.file}:{secret.line}: {secret.kind}: remove it and change it where it is valid, or, "
            f"if it is made up, say so in {path.name}"
        )
    unused = [one for one in allowed if one not in used]
    for one in unused:
        print(f"{path}: {one.value!r} in {one.files!r} allows nothing that is there; remove it")
    print(f"{len(names)} files, {len(secrets)} secrets, {used.total()} allowed with a reason")
    return EXIT_FOUND if secrets or unused else 0
