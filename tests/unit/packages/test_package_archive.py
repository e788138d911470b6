"""Zips that any program reads, and that depend on nothing but their files."""

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.packages.archive import append
from scripts.packages.contents import File

COMPRESSIBLE = b"row,row,row\n" * 200
FILES = [
    File("folder/run", 0o100755, b"#!/bin/sh\n"),
    File("empty", 0o100644, b""),
    File("a.txt", 0o100644, COMPRESSIBLE),
    File("service.json.gz", 0o100644, os.urandom(1000)),
    File("Übersicht.txt", 0o100644, b"\x00\xff" * 100),
]


@pytest.fixture
def zipped(tmp_path: Path) -> Path:
    append(tmp_path / "a.zip", FILES)
    return tmp_path / "a.zip"


@pytest.fixture
def opened(zipped: Path) -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(zipped) as archive:
        yield archive


def test_it_contains_every_file_in_the_order_of_the_paths(opened: zipfile.ZipFile) -> None:
    assert opened.testzip() is None
    contents = {file.path: file.content for file in FILES}
    assert [(name, opened.read(name)) for name in opened.namelist()] == sorted(contents.items())


def test_modes_are_kept_for_unix(opened: zipfile.ZipFile) -> None:
    modes = {file.path: file.mode for file in FILES}
    assert {info.filename: info.external_attr >> 16 for info in opened.infolist()} == modes
    assert {info.create_system for info in opened.infolist()} == {3}


def test_every_file_has_the_earliest_date_a_zip_can_hold(opened: zipfile.ZipFile) -> None:
    assert {info.date_time for info in opened.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_what_compression_would_make_larger_is_stored(opened: zipfile.ZipFile) -> None:
    methods = {info.filename: info.compress_type for info in opened.infolist()}
    assert {name for name, method in methods.items() if method == zipfile.ZIP_STORED} == {
        "empty",
        "folder/run",
        "service.json.gz",
    }


def test_the_order_in_which_files_are_given_does_not_matter(zipped: Path, tmp_path: Path) -> None:
    append(tmp_path / "b.zip", reversed(FILES))
    assert (tmp_path / "b.zip").read_bytes() == zipped.read_bytes()


def test_more_files_can_be_added_to_a_zip(zipped: Path) -> None:
    append(zipped, [File("A.txt", 0o100644, b"later")])
    with zipfile.ZipFile(zipped) as archive:
        assert archive.testzip() is None
        assert archive.namelist()[-1] == "A.txt"
        assert len(archive.namelist()) == len(FILES) + 1
