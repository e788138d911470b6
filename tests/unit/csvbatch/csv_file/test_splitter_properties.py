"""Whatever the text, the dialect and the sizes: chunks read in any order are what `csv` makes of the whole file."""

import codecs
import csv
import io
from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from csvbatch.csv_file.dialect import Dialect
from csvbatch.csv_file.errors import Reason, SplitError
from tests.unit.csvbatch.csv_file.csv_reference import csv_rows, line_at, lines_of, read, row_ends_and_open_quote, split

NEWLINES = ("\n", "\r", "\r\n")
# How Python writes each encoding, and the BOMs that may stand before it.
WRITTEN_AS = {
    "utf-8": ("utf-8", (b"", codecs.BOM_UTF8)),
    "cp1252": ("cp1252", (b"",)),
    "latin-1": ("latin-1", (b"",)),
    "utf-16": ("utf-16-be", (codecs.BOM_UTF16_BE,)),
    "utf-16-le": ("utf-16-le", (b"", codecs.BOM_UTF16_LE)),
}

dialects = st.builds(
    Dialect,
    delimiter=st.sampled_from(",;\t|"),
    quote=st.sampled_from("\"'"),
    strict=st.booleans(),
    encoding=st.sampled_from(list(WRITTEN_AS)),
)


def characters(dialect: Dialect) -> st.SearchStrategy[str]:
    """Mostly what gives a file its structure, alone and in pairs; beside that what may be taken for it."""
    structure = (*NEWLINES, dialect.delimiter, dialect.quote)
    pairs = [first + second for first in structure for second in structure]
    of_one_byte = dialect.encoding in ("cp1252", "latin-1")
    lookalikes = "aé ÿ" if of_one_byte else "aé \u2028\x85\x0c\u0a0d\u222c\u2c22💀\ufeff"
    return st.sampled_from([*structure, *structure, *pairs, *lookalikes])


def raw_texts(dialect: Dialect) -> st.SearchStrategy[str]:
    return st.lists(characters(dialect), max_size=80).map("".join)


@st.composite
def written_texts(draw: st.DrawFn, dialect: Dialect) -> str:
    """What Python's own writer makes of a table, then a few places of it changed."""
    fields = st.lists(characters(dialect), max_size=6).map("".join)
    file = io.StringIO(newline="")
    csv.writer(
        file,
        delimiter=dialect.delimiter,
        quotechar=dialect.quote,
        quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
        lineterminator=draw(st.sampled_from(NEWLINES)),
    ).writerows(draw(st.lists(st.lists(fields, min_size=1, max_size=4), min_size=1, max_size=12)))
    text = file.getvalue()
    for place in draw(st.lists(st.integers(0, len(text)), max_size=3)):
        text = text[:place] + draw(characters(dialect) | st.just("")) + text[place + draw(st.integers(0, 2)) :]
    return text


@st.composite
def files(draw: st.DrawFn) -> tuple[Dialect, str, bytes]:
    dialect = draw(dialects)
    # A BOM at the start would be one of the file's, and not a character of its first field.
    text = draw(raw_texts(dialect) | written_texts(dialect)).lstrip("\ufeff")
    encoding, boms = WRITTEN_AS[dialect.encoding]
    return dialect, text, draw(st.sampled_from(boms)) + text.encode(encoding)


sizes = st.sampled_from([1, 2, 3, 5, 8, 16, 40, 100, 1 << 18])


@settings(deadline=None)
@given(files(), sizes, sizes, sizes, st.randoms(use_true_random=False))
def test_chunks_read_in_any_order_are_what_csv_makes_of_the_file(
    file: tuple[Dialect, str, bytes], chunk_bytes: int, block_bytes: int, window_bytes: int, random: Random
) -> None:
    dialect, text, data = file
    rows_of_file = csv_rows(text, dialect)
    assume(rows_of_file and rows_of_file[0][1] and row_ends_and_open_quote(text, dialect)[1] is None)
    scanned, chunks = split(data, dialect, chunk_bytes=chunk_bytes, block_bytes=block_bytes, window_bytes=window_bytes)
    dialect = replace(dialect, cr_ends_rows=scanned.dialect.cr_ends_rows)
    expected = csv_rows(text, dialect)[1:]
    rows = {chunk: read(data, dialect, chunk, block_bytes) for chunk in random.sample(chunks, len(chunks))}

    in_order = [row for chunk in chunks for row in rows[chunk]]
    assert list(scanned.header) == rows_of_file[0][1]
    assert [(row.line, row.fields) for row in in_order] == expected
    for row in in_order:
        assert row.text == "".join(lines_of(text)[row.line - 1 : row.last_line])
        assert not row.fields or csv_rows(row.text, dialect) == [(1, row.fields)]

    assert [chunk.number for chunk in chunks] == list(range(len(chunks)))
    assert all(before.end == after.start for before, after in pairwise(chunks))
    assert scanned.bytes_scanned == len(data)
    assert not chunks or chunks[-1].end == len(data)
    longest_newline = 2 * dialect.unit_bytes
    for chunk in chunks:
        assert 0 < chunk.end - chunk.start <= max(chunk_bytes, longest_newline) or len(rows[chunk]) == 1


@settings(deadline=None)
@given(files(), sizes, sizes)
def test_a_file_that_ends_inside_quotes_is_refused_with_the_line_of_the_quote(
    file: tuple[Dialect, str, bytes], block_bytes: int, window_bytes: int
) -> None:
    dialect, text, data = file
    # A header with text after a closing quote has a reason of its own.
    dialect = replace(dialect, strict=False)
    _, open_quote = row_ends_and_open_quote(text, dialect)
    if open_quote is None:
        opening = dialect.delimiter + dialect.quote
        open_quote = len(text) + 1
        text, data = text + opening, data + opening.encode(WRITTEN_AS[dialect.encoding][0])
    with pytest.raises(SplitError) as error:
        split(data, dialect, block_bytes=block_bytes, window_bytes=window_bytes)
    assert error.value.reason is Reason.UNTERMINATED_QUOTE
    assert error.value.line == line_at(text, open_quote)


@settings(deadline=None)
@given(files(), sizes, sizes, sizes)
def test_neither_window_nor_blocks_change_the_result(
    file: tuple[Dialect, str, bytes], chunk_bytes: int, block_bytes: int, window_bytes: int
) -> None:
    dialect, _, data = file

    def outcome(block_bytes: int, window_bytes: int) -> object:
        try:
            scanned, chunks = split(
                data, dialect, chunk_bytes=chunk_bytes, block_bytes=block_bytes, window_bytes=window_bytes
            )
        except SplitError as error:
            return error.reason, error.line
        return scanned.header, chunks

    assert outcome(block_bytes, window_bytes) == outcome(len(data) + 1, len(data) + 1)
