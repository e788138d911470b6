"""What a reject file was given is what is read from it."""

import pytest

from csvbatch.rows.reject_file import HEADER, RejectFile, read_rejects
from csvbatch.rows.rules import Rule
from csvbatch.rows.validator import RowError

TEXTS = ["1,a\r\n", '2,"b\r\n\nc ""é""💀"\r', "3,\x1a\u2028;\n", ""]


def written() -> bytes:
    with RejectFile() as rejects:
        for number, text in enumerate(TEXTS):
            rejects.add(number + 2, number + 4, [RowError("id", Rule.TYPE), RowError(None, Rule.COLUMNS)], text)
        return b"".join(rejects.blocks())


@pytest.mark.parametrize("size", [1, 3, 1 << 20])
def test_each_broken_rule_is_a_record_and_the_first_has_the_text(size: int) -> None:
    data = written()
    records = list(read_rejects(data[start : start + size] for start in range(0, len(data), size)))
    assert [tuple(record) for record in records] == [HEADER] * 2 * len(TEXTS)
    assert [tuple(record.values()) for record in records] == [
        record
        for number, text in enumerate(TEXTS)
        for record in (
            (str(number + 2), str(number + 4), "id", "type", Rule.TYPE.sentence, text),
            (str(number + 2), str(number + 4), "", "columns", Rule.COLUMNS.sentence, ""),
        )
    ]


def test_a_row_of_the_greatest_length_is_read() -> None:
    text = "x" * (8 * 1024 * 1024)
    with RejectFile() as rejects:
        rejects.add(2, 2, [RowError("id", Rule.LENGTH)], text)
        (record,) = read_rejects(rejects.blocks())
    assert record["text"] == text


def test_a_file_of_a_release_without_last_lines_is_read() -> None:
    (record,) = read_rejects([b"line,column,rule,reason,text\r\n7,id,type,Why.,x\r\n"])
    assert (record["line"], record["last_line"]) == ("7", "7")
