from dataclasses import replace

import pytest

from csvbatch.contract.columns import IntegerColumn
from csvbatch.contract.model import Contract
from csvbatch.rows.header import HeaderError, HeaderFault, HeaderMatch, match_header


def contract(*, extra: bool = False, reordered: bool = False, columns: str = "abcd") -> Contract:
    return Contract(
        dataset="letters",
        table="letters",
        columns=tuple(IntegerColumn(name=letter, header=letter.upper()) for letter in columns),
        key=(columns[0],),
        accept_extra_columns=extra,
        accept_reordered_columns=reordered,
    )


def faults(letters: Contract, header: list[str]) -> dict[HeaderFault, tuple[str, ...]]:
    with pytest.raises(HeaderError) as caught:
        match_header(letters, header)
    return {problem.fault: problem.columns for problem in caught.value.problems}


def test_the_header_of_the_contract_matches() -> None:
    assert match_header(contract(), ["A", "B", "C", "D"]) == HeaderMatch((0, 1, 2, 3), 4)


def test_missing_columns_are_named_all_together() -> None:
    assert faults(contract(), ["A", "C"]) == {HeaderFault.MISSING: ("B", "D")}


def test_an_extra_column_is_refused_by_name() -> None:
    assert faults(contract(), ["A", "B", "C", "D", "E"]) == {HeaderFault.EXTRA: ("E",)}


def test_extra_columns_are_left_out_where_the_contract_accepts_them() -> None:
    assert match_header(contract(extra=True), ["X", "A", "B", "X", "C", "D"]) == HeaderMatch((1, 2, 4, 5), 6)


def test_a_trailing_delimiter_in_the_header_is_an_extra_column_without_a_name() -> None:
    assert faults(contract(), ["A", "B", "C", "D", ""]) == {HeaderFault.EXTRA: ("",)}
    assert match_header(contract(extra=True), ["A", "B", "C", "D", ""]) == HeaderMatch((0, 1, 2, 3), 5)


def test_another_order_is_refused_and_the_columns_out_of_place_are_named() -> None:
    assert faults(contract(), ["A", "C", "B", "D"]) == {HeaderFault.REORDERED: ("C", "B")}
    assert faults(contract(extra=True), ["D", "A", "X", "B", "C"]) == {HeaderFault.REORDERED: ("D", "A", "B", "C")}


def test_another_order_is_followed_where_the_contract_accepts_it() -> None:
    assert match_header(contract(reordered=True), ["D", "A", "B", "C"]) == HeaderMatch((1, 2, 3, 0), 4)


def test_a_column_that_is_there_twice_is_refused_whatever_the_contract_accepts() -> None:
    letters = contract(extra=True, reordered=True)

    assert faults(letters, ["A", "B", "C", "A", "D"]) == {HeaderFault.REPEATED: ("A",)}


def test_all_faults_of_a_header_are_told_at_once() -> None:
    assert faults(contract(), ["B", "A", "A", "C", "E"]) == {
        HeaderFault.MISSING: ("D",),
        HeaderFault.REPEATED: ("A",),
        HeaderFault.EXTRA: ("E",),
        HeaderFault.REORDERED: ("B", "A"),
    }


def test_headers_are_compared_exactly() -> None:
    assert faults(contract(), ["A", "B", "C ", "d"]) == {
        HeaderFault.MISSING: ("C", "D"),
        HeaderFault.EXTRA: ("C ", "d"),
    }


def test_a_first_line_that_seems_to_be_data_is_not_repeated() -> None:
    with pytest.raises(HeaderError) as caught:
        match_header(contract(), ["Jane Doe", "1 High Street", "A", "x"])

    assert str(caught.value) == (
        "The first line has 1 of the 4 columns of dataset 'letters', so it is probably not the header. "
        "Expected: 'A', 'B', 'C', 'D'."
    )
    assert [problem.fault for problem in caught.value.problems] == [HeaderFault.UNRECOGNISED]


def test_a_header_in_one_piece_asks_for_the_delimiter() -> None:
    with pytest.raises(HeaderError, match="It is a single field: check that the delimiter is"):
        match_header(contract(), ["A;B;C;D"])


def test_each_problem_says_what_to_do() -> None:
    with pytest.raises(HeaderError) as caught:
        match_header(contract(), ["B", "A", "C", "x" * 1000])

    assert str(caught.value).split("\n") == [
        "Columns are missing: 'D'. Add them, or remove them from the contract.",
        f"The contract has no columns '{'x' * 39}…'. Remove them, add them to the contract, or set "
        "accept_extra_columns.",
        "Columns are in another order than in the contract: 'B', 'A'. Put them in the contract's order, or set "
        "accept_reordered_columns.",
    ]


def test_a_hundred_thousand_extra_columns_are_counted_and_not_listed() -> None:
    header = ["A", "B", "C", "D", *(f"X{number}" for number in range(100_000))]

    with pytest.raises(HeaderError, match="'X9' and 99,990 more") as caught:
        match_header(contract(), header)

    assert len(str(caught.value)) < 300


def test_columns_that_differ_in_blanks_or_case_are_named_beside_the_files_own() -> None:
    with pytest.raises(HeaderError) as caught:
        match_header(contract(), [" a", "B\u200b", "C\u00a0", "d"])

    assert [problem.fault for problem in caught.value.problems] == [HeaderFault.MISSING, HeaderFault.EXTRA]
    assert "The file has ' a' for 'A', 'B\\u200b' for 'B', 'C\\xa0' for 'C', 'd' for 'D'" in str(caught.value)
    assert "differs only in blanks, case" in str(caught.value)


def test_a_column_that_is_missing_altogether_has_nothing_beside_it() -> None:
    with pytest.raises(HeaderError) as caught:
        match_header(contract(), ["a", "B", "C", ""])

    assert "The file has 'a' for 'A', which" in str(caught.value)
    assert caught.value.problems[0].columns == ("A", "D")


@pytest.mark.parametrize(("delimiter", "header"), [(";", ["sep=", ""]), (",", ["sep=;"]), (";", ["SEP=\t"])])
def test_the_line_that_tells_excel_the_delimiter_is_named(delimiter: str, header: list[str]) -> None:
    letters = replace(contract(), delimiter=delimiter)
    with pytest.raises(HeaderError, match="`sep=` line, which sets the delimiter in Excel") as caught:
        match_header(letters, header, [(2, ["A", "B", "C", "D"])])

    assert str(caught.value).endswith("The header is on line 2: remove the lines before it.")
    assert "single field" not in str(caught.value)


def test_a_header_on_a_later_line_is_named_by_its_line() -> None:
    rows = [(2, ["Period", "2026"]), (4, ["a ", "B", "C", "D", "E"]), (5, ["A", "B", "C", "D"])]
    with pytest.raises(HeaderError, match="The header is on line 4: remove the lines before it") as caught:
        match_header(contract(), ["Report of somebody"], rows)

    assert "somebody" not in str(caught.value)
    assert "check that the delimiter is" not in str(caught.value)


def test_extra_columns_without_a_name_ask_for_delimiters_at_the_end() -> None:
    with pytest.raises(HeaderError, match="check for delimiters at the end of the line"):
        match_header(contract(), ["A", "B", "C", "D", "", ""])
