"""Finds the newlines that end rows, and masks those inside quotes.

Counting quotes tells the two apart only if every quote opens or closes a field. `1,5" pipe` has a quote that does
neither, and so has `"a"b"c"`: for `csv.reader` a quote is an ordinary character once a field has begun without one,
or has gone on after its closing quote. So each quote that would open a field must stand where a field begins. Where
one does not, the text is read field by field, and such quotes are masked.
"""

import re
from typing import Final, NamedTuple

from csvbatch.csv_file.encoding import FILL
from csvbatch.csv_file.newlines import CR, CRLF, LF

# Where more than one byte in so many is a quote, one regular expression is faster than many calls of `find`.
_SPARSE: Final = 128
_SAMPLE: Final = 4096


class MaskedText(NamedTuple):
    """A text in which every newline ends a row and every quote opens or closes a field; its length is unchanged.

    `open_quote` is the position of the quote that is still open at the end, or None.
    """

    masked: bytes
    open_quote: int | None


class _LiteralQuoteError(Exception):
    """A quote stands in the middle of a field."""


class Quoting:
    """Masks newlines and literal quotes, in texts of one byte a code unit that begin with a row."""

    def __init__(self, delimiter: str, quote: str) -> None:
        self._quote = quote.encode("ascii")
        self._field_ends = frozenset(delimiter.encode("ascii") + CRLF)
        # A quote that follows a closing one is the second of a doubled one.
        self._before_opening = self._field_ends.union(self._quote)
        self._fields_of_one_line = _fields_of_one_line(re.escape(delimiter), re.escape(quote)).match
        self._hide = bytes.maketrans(CRLF, FILL * 2)

    def mask(self, text: bytes) -> MaskedText:
        """Mask newlines inside quotes, and quotes that neither open nor close a field."""
        if self._quote not in text:
            return MaskedText(text, None)
        try:
            return self._hide_newlines(text)
        except _LiteralQuoteError:
            return self._hide_newlines(self._without_literal_quotes(text))

    def _hide_newlines(self, text: bytes) -> MaskedText:
        """Go from one quoted field to the next, or, where there are many, to the next one of several lines."""
        dense = text.count(self._quote, 0, _SAMPLE) * _SPARSE > _SAMPLE
        any_cr = CR in text
        find, quote, before_opening = text.find, self._quote, self._before_opening
        masked: bytearray | None = None
        start = 0
        while (opening := find(quote, self._skip(text, start) if dense else start)) >= 0:
            if opening and text[opening - 1] not in before_opening:
                raise _LiteralQuoteError
            closing = find(quote, opening + 1)
            end = closing if closing >= 0 else len(text)
            if find(LF, opening, end) >= 0 or (any_cr and find(CR, opening, end) >= 0):
                if masked is None:
                    masked = bytearray(text)
                masked[opening:end] = text[opening:end].translate(self._hide)
            if closing < 0:
                break
            start = closing + 1
        return MaskedText(text if masked is None else bytes(masked), opening if opening >= 0 else None)

    def _skip(self, text: bytes, start: int) -> int:
        fields = self._fields_of_one_line(text, start)
        return fields.end() if fields else start

    def _without_literal_quotes(self, text: bytes) -> bytes:
        """Cut at every quote, into parts outside and inside quotes in turn, and undo the cuts inside a field."""
        parts = text.split(self._quote)
        kept: list[bytes] = []
        last = len(parts) - 1
        position = 0
        while position <= last:
            outside = parts[position]
            # An empty part outside quotes is the start of the text, or is between the two of a doubled quote.
            if position < last and outside and outside[-1] not in self._field_ends:
                growing = bytearray(outside)
                while position < last and growing[-1] not in self._field_ends:
                    position += 1
                    growing += FILL
                    growing += parts[position]
                outside = bytes(growing)
            kept.append(outside)
            kept += parts[position + 1 : position + 2]
            position += 2
        return self._quote.join(kept)


def _fields_of_one_line(delimiter: str, quote: str) -> re.Pattern[bytes]:
    """Match from outside quotes up to the first quote that opens a field of several lines, is open or is literal."""
    outside = f"[^{quote}]*+"
    field = f"(?<=[{delimiter}{quote}\\r\\n]){quote}[^{quote}\\r\\n]*+{quote}"
    return re.compile(f"{outside}(?:{field}{outside})*+".encode("ascii"))
