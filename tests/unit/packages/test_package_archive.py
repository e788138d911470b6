import io
import zipfile
from collections.abc import Iterator

import pytest

from scripts.packages.archive import NOTHING, Member, Zip, beginning_of, pack, zip_of
from scripts.packages.errors import SizeError

COMPRESSIBLE = b"row,row,row\n" * 200
FILES = {
    "a.txt": (0o100644, COMPRESSIBLE),
    "empty": (0o100644, b""),
    "folder/run": (0o100755, b"#!/bin/sh\n"),
    "Übersicht.txt": (0o100644, b"\x00\xff"),
}


def whole(zipped: Zip) -> bytes:
    return b"".join(zipped.pieces)


@pytest.fixture
def members() -> list[Member]:
    return [pack(path, mode, content) for path, (mode, content) in FILES.items()]


@pytest.fixture
def opened(members: list[Member]) -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(io.BytesIO(whole(zip_of(NOTHING, members)))) as archive:
        yield archive


def test_any_unzip_program_reads_every_file(opened: zipfile.ZipFile) -> None:
    assert opened.testzip() is None
    assert {name: opened.read(name) for name in opened.namelist()} == {
        path: content for path, (_, content) in FILES.items()
    }


def test_modes_are_kept_for_unix(opened: zipfile.ZipFile) -> None:
    assert {info.filename: info.external_attr >> 16 for info in opened.infolist()} == {
        path: mode for path, (mode, _) in FILES.items()
    }
    assert {info.create_system for info in opened.infolist()} == {3}


def test_every_file_has_the_earliest_date_a_zip_can_hold(opened: zipfile.ZipFile) -> None:
    assert {info.date_time for info in opened.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_file_is_deflated_only_where_that_makes_it_smaller(opened: zipfile.ZipFile) -> None:
    methods = {info.filename: info.compress_type for info in opened.infolist()}
    assert methods["a.txt"] == zipfile.ZIP_DEFLATED
    assert methods["Übersicht.txt"] == zipfile.ZIP_STORED


@pytest.mark.parametrize("first", range(len(FILES) + 1))
def test_a_zip_made_in_two_steps_is_the_zip_made_in_one(members: list[Member], first: int) -> None:
    once = zip_of(NOTHING, members)
    start = zip_of(NOTHING, members[:first])
    twice = zip_of(beginning_of(whole(start), start.files_bytes, first), members[first:])
    assert whole(twice) == whole(once)
    assert twice.sha256 == once.sha256


def test_the_sizes_it_states_are_those_it_has(members: list[Member]) -> None:
    zipped = zip_of(NOTHING, members)
    assert zipped.size_bytes == len(whole(zipped))
    assert whole(zipped)[zipped.files_bytes :].startswith(b"PK\1\2")


def test_more_files_than_a_plain_zip_can_list_are_refused() -> None:
    member = pack("file", 0o100644, b"")
    with pytest.raises(SizeError, match="65536 files are more than a zip can list"):
        zip_of(NOTHING, [member] * 65_536)
