"""Zips whose bytes depend only on their files and on the zlib that deflated them.

The format does not fix the deflated bytes: another zlib may write others for the same file, and zlib-ng does
(https://github.com/zlib-ng/zlib-ng/blob/develop/PORTING.md). So two machines make byte-identical zips only if their
Pythons use the same zlib; what always agrees is the digest of the content, under which a package is deployed.
"""

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path

from scripts.common.errors import UserError
from scripts.packages.contents import Entry, File, entry_of

_EARLIEST = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
# On these packages level 6, zlib's default, takes half as long again for a zip that is 1% smaller.
_LEVEL = 5
# What deflating makes larger: tiny files, and service descriptions that are compressed already.
_TINY_BYTES = 64


def append(path: Path, files: Iterable[File]) -> None:
    """Add files to a zip, in the order of their paths, with one date; make the zip where there is none."""
    with zipfile.ZipFile(path, "a") as archive:
        for file in sorted(files, key=lambda file: file.path):
            info = zipfile.ZipInfo(file.path, _EARLIEST)
            info.create_system = _UNIX
            info.external_attr = file.mode << 16
            stored = len(file.content) < _TINY_BYTES or file.path.endswith(".gz")
            info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            archive.writestr(info, file.content, compresslevel=_LEVEL)


def read_entries(zipped: bytes, source: str) -> list[Entry]:
    """Read what a zip contains and check its CRCs; raises `UserError` for a damaged one."""
    try:
        with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
            return [
                entry_of(File(info.filename, info.external_attr >> 16, archive.read(info)))
                for info in archive.infolist()
            ]
    except (zipfile.BadZipFile, EOFError, ValueError) as error:
        raise UserError(f"{source} is damaged ({error}); build it again") from error
