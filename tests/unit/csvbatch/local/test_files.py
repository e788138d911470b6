"""Files of this machine are read as they were listed, or not at all."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csvbatch.csv_file.reader import Readable
from csvbatch.local import digests
from csvbatch.local.files import LocalFiles
from csvbatch.pipeline.ports import ObjectGoneError
from csvbatch.store import ObjectVersion

BLOCK = 8


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder, while files are compared in blocks of a few bytes."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(digests, "BLOCK_BYTES", BLOCK)
        yield tmp_path_factory.mktemp("files")


def listed(folder: Path, content: bytes) -> tuple[LocalFiles, ObjectVersion]:
    path = folder / "a.csv"
    path.write_bytes(content)
    files = LocalFiles(folder / "out", {"incoming/t/a.csv": path})
    (stored,) = files.versions("incoming/")
    return files, stored.object


def read_all(stream: Readable, size: int) -> bytes:
    return b"".join(iter(lambda: stream.read(size), b""))


@given(
    content=st.binary(max_size=5 * BLOCK),
    start=st.integers(0, 5 * BLOCK),
    end=st.none() | st.integers(0, 6 * BLOCK),
    size=st.integers(1, 3 * BLOCK),
)
def test_any_part_is_read_in_pieces_of_any_size(
    folder: Path, content: bytes, start: int, end: int | None, size: int
) -> None:
    files, version = listed(folder, content)
    with files.read(version, start, end) as stream:
        assert read_all(stream, size) == content[start:end]
    assert version.version == hashlib.sha256(content).hexdigest()


@given(content=st.binary(min_size=1, max_size=5 * BLOCK), where=st.data())
def test_no_byte_is_given_of_a_block_that_changed(folder: Path, content: bytes, where: st.DataObject) -> None:
    files, version = listed(folder, content)
    at = where.draw(st.integers(0, len(content) - 1))
    changed = bytearray(content)
    changed[at] ^= 1
    (folder / "a.csv").write_bytes(changed)
    begin = at - at % BLOCK
    with files.read(version, 0, begin) as stream:
        assert read_all(stream, BLOCK) == content[:begin]
    with pytest.raises(ObjectGoneError, match=r"a\.csv changed while"), files.read(version, at, at + 1) as stream:
        stream.read(1)


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 3 * BLOCK + b"longer"])
def test_a_file_that_was_cut_or_that_grew_is_not_read_beyond_what_was_listed(folder: Path, content: bytes) -> None:
    files, version = listed(folder, b"x" * 3 * BLOCK)
    (folder / "a.csv").write_bytes(content)
    try:
        with files.read(version) as stream:
            assert read_all(stream, BLOCK) == b"x" * 3 * BLOCK
    except ObjectGoneError:
        assert len(content) < 3 * BLOCK


def test_a_file_that_is_not_there_is_gone(folder: Path) -> None:
    files, version = listed(folder, b"a")
    (folder / "a.csv").unlink()
    with pytest.raises(ObjectGoneError, match="no longer exists"), files.read(version):
        pass
    assert not files.holds(version)


def test_what_was_written_is_read_by_another_process_as_it_was(folder: Path) -> None:
    version = LocalFiles(folder / "out", {}).write("work/a", [b"one", b"two"])
    other = LocalFiles(folder / "out", {})
    with other.read(version, 2) as stream:
        assert read_all(stream, 100) == b"etwo"
    (folder / "out" / "work" / "a").write_bytes(b"oneTwo")
    assert not LocalFiles(folder / "out", {}).holds(version)


def test_pinned_files_are_listed_as_they_were(folder: Path) -> None:
    files, version = listed(folder, b"one")
    files.pin()
    (folder / "a.csv").write_bytes(b"two")
    assert [stored.object for stored in files.versions("incoming/")] == [version]
    assert list(files.versions("other/")) == []
