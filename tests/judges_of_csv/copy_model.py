"""How COPY reads CSV, as its documentation says, so that a difference can be held against the rule that makes it.

https://www.postgresql.org/docs/15/sql-copy.html, "CSV Format": a quote opens and closes quoting anywhere in a field, a
blank line is a row of one field, `\\.` alone on a line ends the data. Found by trying version 15: all row ends have to
be as the first is, and `\\.` at the end of the file, without a row end, is data. From version 18 on it always is
(https://www.postgresql.org/docs/18/release-18.html).
"""

from tests.judges_of_csv.questions import Answer, Question, Refused, Rows


def copy_rows(question: Question, *, marker: bool) -> Answer:
    """What COPY makes of the text; `marker` says whether `\\.` ends the data, as it does before version 18."""
    rows: Rows = []
    row_end: str | None = None
    fields: list[str] = []
    value, quoted, position, text = "", False, 0, question.text
    quote, delimiter = question.dialect.quote, question.dialect.delimiter
    row_start = True
    while position < len(text):
        if marker and row_start and _ends_copy(text, position):
            same = row_end is None or text.startswith(row_end, position + 2)
            return rows if same else Refused("row ends differ")
        row_start = False
        character = text[position]
        position += 1
        if character == quote:
            if quoted and text[position : position + 1] == quote:
                value, position = value + quote, position + 1
            else:
                quoted = not quoted
        elif quoted or character not in (delimiter, "\r", "\n"):
            value += character
        elif character == delimiter:
            fields, value = [*fields, value], ""
        else:
            end = "\r\n" if text[position - 1 : position + 1] == "\r\n" else character
            row_end = row_end or end
            if end != row_end:
                return Refused("row ends differ")
            position += len(end) - 1
            rows.append([*fields, value])
            fields, value, row_start = [], "", True
    if quoted:
        return Refused("unterminated quote")
    if not row_start:
        rows.append([*fields, value])
    return rows if all(len(row) == question.width for row in rows) else Refused("number of fields")


def _ends_copy(text: str, position: int) -> bool:
    return text.startswith("\\.", position) and text[position + 2 : position + 3] in ("\r", "\n")
