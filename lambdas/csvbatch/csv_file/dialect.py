"""How a CSV file is written: its delimiter, its quote and its encoding."""

from dataclasses import dataclass
from typing import Final

ENCODINGS: Final = ("utf-8", "cp1252", "latin-1", "utf-16", "utf-16-le", "utf-16-be")
"""What a file may be encoded in; a byte order mark of UTF-8 or UTF-16 is no part of the header."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """Delimiter and quote are one ASCII character each; the encoding is one of `ENCODINGS`.

    Quotes inside a quoted field are doubled. Rows end where Python's `csv.reader` ends them with these two
    characters, whether it is strict or not.
    """

    delimiter: str = ","
    quote: str = '"'
    encoding: str = "utf-8"

    strict: bool = True
    """Whether a row with text between a closing quote and the next delimiter or row end is malformed, as for
    `csv.reader(strict=True)`. Otherwise that text is part of the field."""

    cr_ends_rows: bool = True
    """Whether a CR without an LF is how this file ends rows. A scan finds out: it is not where the header ends
    with LF or CRLF, and then the rows before and after such a CR are malformed."""

    def __post_init__(self) -> None:
        for name, character in (("delimiter", self.delimiter), ("quote", self.quote)):
            if len(character) != 1 or not character.isascii() or character in "\0\r\n":
                raise ValueError(f"{name} {character!r}: use one ASCII character other than NUL, CR and LF")
        if self.delimiter == self.quote:
            raise ValueError(f"delimiter and quote are both {self.quote!r}: use two different characters")
        if self.encoding not in ENCODINGS:
            raise ValueError(f"encoding {self.encoding!r}: use one of {', '.join(ENCODINGS)}")

    @property
    def unit_bytes(self) -> int:
        """Bytes of a code unit: 2 in UTF-16, otherwise 1."""
        return 2 if self.encoding.startswith("utf-16") else 1
