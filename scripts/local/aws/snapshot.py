"""The header of a snapshot file: whose it is, and which versions can read it. What follows it is pickled."""

import json
import pickle
import sys
from dataclasses import asdict
from typing import IO

from scripts.local.aws.errors import LocalAwsError
from scripts.local.aws.state import Identity

_KIND = "local AWS snapshot"
_HEADER_LIMIT_BYTES = 4096


def with_header(identity: Identity, pickled: bytes) -> bytes:
    """A whole snapshot."""
    header = {"kind": _KIND, "versions": _versions(), "identity": asdict(identity)}
    return json.dumps(header).encode() + b"\n" + pickled


def empty(identity: Identity) -> bytes:
    """A snapshot of an AWS in which nothing was ever made."""
    return with_header(identity, pickle.dumps({}))


def read_header(file: IO[bytes]) -> Identity:
    """Whose snapshot it is; the file is left where the pickled part begins.

    Raises LocalAwsError where it is none, or one that other versions of moto or Python have made.
    """
    try:
        header = json.loads(file.readline(_HEADER_LIMIT_BYTES))
        genuine = header["kind"] == _KIND
    except (ValueError, KeyError, TypeError):
        genuine = False
    if not genuine:
        raise LocalAwsError("it is no snapshot of a local AWS")
    if header["versions"] != _versions():
        raise LocalAwsError(f"it was made with {header['versions']}, and this is {_versions()}")
    return Identity(**header["identity"])


def _versions() -> dict[str, str]:
    # Imported here: it takes longer than most commands, which have no use for it.
    from importlib.metadata import version

    return {"moto": version("moto"), "python": f"{sys.version_info.major}.{sys.version_info.minor}"}
