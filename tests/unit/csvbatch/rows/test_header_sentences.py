"""What is said of a header, word for word: it is all that a sender sees of a file that was refused."""

from dataclasses import replace

import pytest

from csvbatch.contract.columns import IntegerColumn
from csvbatch.contract.model import Contract
from csvbatch.rows.header import HeaderError, header_spellings, match_header, repeats_header

LETTERS = Contract(
    dataset="letters",
    table="letters",
    columns=tuple(IntegerColumn(name=letter, header=letter.upper()) for letter in "abcd"),
    key=("a",),
)
PROBABLY_NOT = (
    "The first line has {found} of the 4 columns of dataset 'letters', so it is probably not the header. "
    "Expected: 'A', 'B', 'C', 'D'."
)
SEP = " It is a `sep=` line, which sets the delimiter in Excel and nowhere else: remove it."
DIFFERS = (
    ", which differs only in blanks, case or invisible characters: correct the file's header, or set the column's "
    "`header` in the contract to the file's text."
)


def sentences(header: list[str], *rows: tuple[int, list[str]], letters: Contract = LETTERS) -> list[str]:
    with pytest.raises(HeaderError) as refused:
        match_header(letters, header, rows)
    assert str(refused.value) == "\n".join(problem.sentence for problem in refused.value.problems)
    return [str(problem) for problem in refused.value.problems]


def extra(*names: str) -> str:
    return f"The contract has no columns {', '.join(map(repr, names))}"


TO_DO = ". Remove them, add them to the contract, or set accept_extra_columns."


def test_a_line_that_is_not_the_header() -> None:
    assert sentences(["Jane", "1 High Street", "A", "x"]) == [PROBABLY_NOT.format(found=1)]
    assert sentences(["A;B;C;D"]) == [
        PROBABLY_NOT.format(found=0) + " It is a single field: check that the delimiter is ','."
    ]


def test_a_header_is_recognised_by_half_of_its_columns() -> None:
    assert sentences(["A", "B", "x", "y"])[0].startswith("Columns are missing: 'C', 'D'.")
    assert sentences(["A", "b", "x", "y"])[0].startswith("Columns are missing: 'B', 'C', 'D'.")


@pytest.mark.parametrize(
    "header",
    [["sep=;"], ["SEP=\t"], [" sep="], ['"sep=;"'], ["sep=", ""]],
    ids=["plain", "case", "blank", "quoted", "cut"],
)
def test_a_line_for_excel(header: list[str]) -> None:
    assert sentences(header, (2, ["A", "B", "C", "D"])) == [
        PROBABLY_NOT.format(found=0) + SEP + " The header is on line 2: remove the lines before it."
    ]
    assert sentences(header) == [PROBABLY_NOT.format(found=0) + SEP]


def test_a_line_that_only_begins_like_one_for_excel() -> None:
    assert sentences(["sep=;;"]) == [
        PROBABLY_NOT.format(found=0) + " It is a single field: check that the delimiter is ','."
    ]


def test_a_header_below_other_lines_is_found_in_any_spelling_and_order() -> None:
    rows = [(2, ["Period", "2026"]), (4, ["d", "a ", "B", "c", "E"]), (5, ["A", "B", "C", "D"])]
    assert sentences(["Report"], *rows) == [
        PROBABLY_NOT.format(found=0) + " The header is on line 4: remove the lines before it."
    ]


def test_columns_that_are_missing() -> None:
    assert sentences(["A", "B"]) == ["Columns are missing: 'C', 'D'. Add them, or remove them from the contract."]


def test_columns_that_are_spelled_in_another_way() -> None:
    assert sentences([" a", "B\u200b", "C", "D"]) == [
        "Columns are missing: 'A', 'B'. Add them, or remove them from the contract. The file has ' a' for 'A', "
        f"'B\\u200b' for 'B'{DIFFERS}",
        extra(" a", "B\u200b") + TO_DO,
    ]


def test_a_column_without_a_name_is_like_no_other() -> None:
    unnamed = replace(LETTERS, columns=(*LETTERS.columns[:3], IntegerColumn(name="d", header="\u200b")))
    assert sentences(["A", "B", "C", " "], letters=unnamed)[0] == (
        "Columns are missing: '\\u200b'. Add them, or remove them from the contract."
    )


def test_columns_that_are_repeated() -> None:
    assert sentences(["A", "B", "C", "D", "D", "A", "A"]) == ["Columns are repeated: 'A', 'D'. Keep one of each."]


def test_columns_that_the_contract_does_not_have() -> None:
    assert sentences(["A", "B", "C", "D", "E"]) == [extra("E") + TO_DO]
    assert sentences(["A", "B", "C", "D", "", ""]) == [
        extra("", "") + TO_DO + " They have no names: check for delimiters at the end of the line."
    ]
    assert sentences(["A", "B", "C", "D", "", "E"]) == [extra("", "E") + TO_DO]


def test_ten_columns_are_named_and_the_others_counted() -> None:
    ten = [f"X{number}" for number in range(10)]
    assert sentences(["A", "B", "C", "D", *ten]) == [extra(*ten) + TO_DO]
    assert sentences(["A", "B", "C", "D", *ten, "X10"]) == [extra(*ten) + " and 1 more" + TO_DO]
    assert sentences(["A", "B", "C", "D", *ten * 201]) == [extra(*ten) + " and 2,000 more" + TO_DO]


def test_ten_spellings_are_named() -> None:
    many = replace(
        LETTERS,
        columns=tuple(IntegerColumn(name=f"x{number}", header=f"X{number}") for number in range(12)),
        key=("x0",),
    )
    (first, *_) = sentences([f"x{number}" for number in range(12)], letters=many)
    assert "'x9' for 'X9', which differs" in first


@pytest.mark.parametrize(("name", "shown"), [("x" * 40, "x" * 40), ("x" * 41, "x" * 39 + "…")])
def test_a_long_name_is_cut(name: str, shown: str) -> None:
    assert sentences(["A", "B", "C", "D", name]) == [extra(shown) + TO_DO]


def test_columns_in_another_order() -> None:
    assert sentences(["A", "C", "B", "D"]) == [
        "Columns are in another order than in the contract: 'C', 'B'. Put them in the contract's order, or set "
        "accept_reordered_columns."
    ]


def test_a_row_repeats_the_header_in_any_order_case_and_spacing() -> None:
    header = ["Name", "Date of birth"]
    assert repeats_header(header, ["DATE OF BIRTH ", "name"])
    assert repeats_header(header, ["\ufeffName", "Date\u00a0of birth"])
    assert not repeats_header(header, ["Name"])
    assert not repeats_header(header, ["Name", "Date of birth", ""])
    assert not repeats_header(header, ["Name", "Name"])


def test_a_row_of_one_column_repeats_the_header_only_letter_by_letter() -> None:
    assert repeats_header(["Name"], ["Name"])
    assert not repeats_header(["Name"], ["name"])
    assert not repeats_header(["Name"], ["Other"])


def test_the_spellings_in_which_an_appended_header_is_looked_for() -> None:
    assert header_spellings(["date of Birth"]) == {
        "date of Birth", "date of birth", "DATE OF BIRTH", "Date Of Birth", "Date of birth", " date of Birth"
    }  # fmt: skip
