"""A scan that was interrupted continues at any chunk, with the chunks and the errors of an uninterrupted one."""

import pytest
from hypothesis import given, settings

from csvbatch.csv_file.blocks import resize
from csvbatch.csv_file.dialect import Dialect
from csvbatch.csv_file.errors import SplitError
from csvbatch.csv_file.splitter import scan, scan_again
from tests.unit.csvbatch.csv_file.csv_reference import split
from tests.unit.csvbatch.csv_file.test_splitter_properties import files, sizes


@settings(deadline=None)
@given(files(), sizes, sizes, sizes)
def test_the_chunks_from_any_chunk_on_are_those_of_the_whole_scan(
    file: tuple[Dialect, str, bytes], chunk_bytes: int, block_bytes: int, window_bytes: int
) -> None:
    dialect, _, data = file
    try:
        scanned, chunks = split(data, dialect, chunk_bytes=chunk_bytes)
    except SplitError:
        return
    for number, chunk in enumerate(chunks):
        blocks = resize([data[chunk.start :]], block_bytes)
        again = scan_again(blocks, scanned.dialect, chunk, chunk_bytes=chunk_bytes, window_bytes=window_bytes)
        assert list(again) == chunks[number:]


def test_an_error_after_the_interruption_names_the_line_in_the_file() -> None:
    data = b'a,b\n1,2\n3,4\n5,"6\n'
    scanned = scan(resize([data], 5), Dialect(), chunk_bytes=4, window_bytes=5)
    first = next(iter(scanned))
    assert (first.start, first.first_line) == (4, 2)
    with pytest.raises(SplitError) as whole:
        list(scan([data], Dialect(), chunk_bytes=4))
    with pytest.raises(SplitError) as again:
        list(scan_again([data[first.start :]], scanned.dialect, first, chunk_bytes=4))
    assert str(again.value) == str(whole.value)
    assert again.value.line == 4


def test_sizes_below_one_are_refused() -> None:
    scanned = scan([b"a\n1\n"], Dialect(), chunk_bytes=1)
    (chunk,) = scanned
    with pytest.raises(ValueError, match="use 1 or more"):
        scan_again([b"1\n"], scanned.dialect, chunk, chunk_bytes=0)
