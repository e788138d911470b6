"""The header of a snapshot file: its environment, and the versions that can read it. The pickled data follows."""

import json
import pickle
import sys
from dataclasses import asdict
from typing import IO

from scripts.common.errors import UserError
from scripts.local.aws.state import Identity

_KIND = "local AWS snapshot"
_HEADER_LIMIT_BYTES = 4096


def with_header(identity: Identity, pickled: bytes) -> bytes:
    """A complete snapshot file."""
    header = {"kind": _KIND, "versions": _versions(), "identity": asdict(identity)}
    return json.dumps(header).encode() + b"\n" + pickled


def empty(identity: Identity) -> bytes:
    """A snapshot of an AWS in which nothing was ever made."""
    return with_header(identity, pickle.dumps({}))


def read_header(file: IO[bytes]) -> Identity:
    """Read the environment of a snapshot, and leave the file at the start of the pickled data.

    Raises UserError if it is not a snapshot, or was made by another version of moto or Python.
    """
    try:
        header = json.loads(file.readline(_HEADER_LIMIT_BYTES))
        genuine = header["kind"] == _KIND
    except (ValueError, KeyError, TypeError):
        genuine = False
    if not genuine:
        raise UserError("it is not a snapshot of a local AWS")
    if header["versions"] != _versions():
        raise UserError(f"it was made with {header['versions']}, this is {_versions()}")
    return Identity(**header["identity"])


def _versions() -> dict[str, str]:
    # Imported here because it is slow, and most commands do not need it.
    from importlib.metadata import version

    return {"moto": version("moto"), "python": f"{sys.version_info.major}.{sys.version_info.minor}"}
