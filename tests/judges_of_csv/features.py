"""What in a text readers of CSV are known to read in more than one way; looked for character by character."""

from dataclasses import dataclass, field

from csvbatch.csv_file.dialect import Dialect


@dataclass(slots=True)
class Features:
    """Found outside of quotes, as Python's `csv` sees quotes unless it is strict."""

    row_ends: set[str] = field(default_factory=set)
    blank_line: bool = False
    """A line without any character, the first one included."""
    line_of_blanks: bool = False
    """A row of spaces and tabs only, no delimiter among them."""
    literal_quote: bool = False
    """A quote in a field that began without one."""
    text_after_quote: bool = False
    blank_beside_quote: bool = False
    """A space or tab between a closing quote and the end of its field, or between a delimiter and a quote."""
    open_quote: bool = False
    """A quote that is still open at the end."""
    end_of_copy: bool = False
    """A line of a backslash and a full stop, inside quotes or not."""
    quoted_newlines: set[str] = field(default_factory=set)


def features_of(text: str, dialect: Dialect) -> Features:
    """Go through the text once."""
    found = Features()
    found.end_of_copy = any(line == "\\." for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    quote, delimiter = dialect.quote, dialect.delimiter
    state, row, value = "start", "", ""
    for position, character in enumerate(text):
        if state == "quoted":
            if character in "\r\n":
                pair = text[position : position + 2] == "\r\n"
                found.quoted_newlines.add("\r\n" if pair else character)
            state = "closed" if character == quote else "quoted"
            continue
        if character in "\r\n":
            if character == "\n" and position and text[position - 1] == "\r":
                # The second half of CRLF; the row ended with the first. Inside quotes these are never seen.
                continue
            end = "\r\n" if text[position : position + 2] == "\r\n" else character
            found.row_ends.add(end)
            found.blank_line |= not row
            found.line_of_blanks |= bool(row) and not row.strip(" \t")
            state, row, value = "start", "", ""
            continue
        row += character
        if character == delimiter:
            state, value = "start", ""
        elif character == quote and state in ("start", "closed"):
            state = "quoted"
        elif state in ("closed", "after"):
            found.text_after_quote = True
            found.blank_beside_quote |= character in " \t"
            state = "after"
        else:
            value += character
            found.literal_quote |= character == quote
            found.blank_beside_quote |= character == quote and not value[:-1].strip(" \t")
            state = "plain"
    found.line_of_blanks |= bool(row) and not row.strip(" \t")
    found.open_quote = state == "quoted"
    return found
