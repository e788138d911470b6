"""Releases that may be at work beside today's while it is deployed.

A release is a commit whose functions may be deployed somewhere. `messages.json` has a message of each format that such
a commit sends, and is never shortened, because a queue keeps a message for days.
"""

import io
import json
import subprocess
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from scripts.common.paths import PACKAGES, REPOSITORY

CLAIMS_A_BUCKET = "792f9c41903e44bcc4de2951bd9649ad3c1b0565"
"""The last commit whose batch processor claims all of a bucket, and whose ledger has no sweeps."""

FUNCTIONS = ("batch_processor", "request_handler")
_LIMIT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message that a release sent: the commit, and the body."""

    commit: str
    body: str


def sent_messages() -> list[SentMessage]:
    """Give a message of each format, oldest first."""
    kept = json.loads(Path(__file__).with_name("messages.json").read_text(encoding="utf-8"))
    return [SentMessage(one["commit"], json.dumps(one["message"])) for one in kept]


def is_known(commit: str) -> bool:
    """Tell whether the history here goes back to a commit: that of a shallow clone may not."""
    command = ["git", "cat-file", "-e", f"{commit}^{{commit}}"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, timeout=_LIMIT_SECONDS, check=False)
    return done.returncode == 0


def package(commit: str, folder: Path) -> Path:
    """Package the functions of a release: today's packages, with its own code and contracts in place of today's."""
    command = ["git", "archive", "--format=tar", f"{commit}:lambdas"]
    archived = subprocess.run(command, cwd=REPOSITORY, capture_output=True, timeout=_LIMIT_SECONDS, check=True).stdout
    target = folder / "x86_64"
    target.mkdir(parents=True)
    with tarfile.open(fileobj=io.BytesIO(archived)) as tree:
        files = {one.name: tree.extractfile(one) for one in tree.getmembers() if one.isfile()}
        contents = {name: file.read() for name, file in files.items() if file is not None}
    ours = {name.partition("/")[0] for name in contents}
    for function in FUNCTIONS:
        others = {*FUNCTIONS} - {function}
        with (
            zipfile.ZipFile(PACKAGES / "x86_64" / f"{function}.zip") as today,
            zipfile.ZipFile(target / f"{function}.zip", "w", zipfile.ZIP_DEFLATED) as then,
        ):
            for entry in today.infolist():
                if entry.filename.partition("/")[0] not in ours:
                    then.writestr(entry, today.read(entry))
            for name, content in contents.items():
                if name.partition("/")[0] not in others:
                    then.writestr(name, content)
    return folder
