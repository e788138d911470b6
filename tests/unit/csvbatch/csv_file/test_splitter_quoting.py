"""Masking, held to a state machine that goes through the text character by character."""

from hypothesis import given, settings
from hypothesis import strategies as st

from csvbatch.csv_file.quoting import Quoting
from tests.unit.csvbatch.csv_file.csv_reference import row_ends_and_open_quote

# Of the first 4,096 bytes more than one in 128 is a quote: regular expressions then go over them.
MANY_QUOTES = '"a","b"\n' * 20

texts = st.lists(st.sampled_from(['"', '"', ",", "\n", "\r", "a", '""', ',"', '",', '"\n']), max_size=60).map("".join)


def mask(text: str) -> tuple[str, int | None]:
    masked, open_quote = Quoting(",", '"').mask(text.encode())
    return masked.decode("latin-1"), open_quote


@settings(deadline=None)
@given(st.sampled_from(["", MANY_QUOTES]), texts)
def test_the_newlines_left_are_those_that_end_rows(before: str, text: str) -> None:
    masked, open_quote = mask(before + text)
    newlines = [position for position, character in enumerate(masked) if character in "\r\n"]
    assert (newlines, open_quote) == row_ends_and_open_quote(before + text)


@settings(deadline=None)
@given(st.sampled_from(["", MANY_QUOTES]), texts)
def test_the_delimiters_outside_quotes_are_those_that_end_fields(before: str, text: str) -> None:
    masked, _ = mask(before + text)
    assert len(masked) == len(before + text)
    commas = [position for position, character in enumerate(before + text) if character == ","]
    ending = [at for at in commas if row_ends_and_open_quote((before + text)[:at])[1] is None]
    assert "".join(masked.split('"')[::2]).count(",") == len(ending)


def test_a_text_without_anything_to_mask_is_not_copied() -> None:
    for text in (b"a,b\nc,d\n", b'a,"b"\n"c",d\n', MANY_QUOTES.encode()):
        assert Quoting(",", '"').mask(text).masked is text


def test_a_text_full_of_literal_quotes_is_masked_as_a_whole() -> None:
    assert mask('a"' * 100_000 + "\n") == ("aÿ" * 100_000 + "\n", None)
