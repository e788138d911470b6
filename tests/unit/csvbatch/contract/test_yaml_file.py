from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from csvbatch.contract.columns import BooleanColumn, DateColumn, DecimalColumn, StringColumn
from csvbatch.contract.model import Contract, ContractError
from csvbatch.contract.yaml_file import load_contract, load_contracts

COUNTRIES = """\
dataset: countries
table: countries
key: [code]
columns:
  - name: code
    type: string
    max_length: 2
"""

type Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_contract(text: str) -> Path:
        path = tmp_path / "countries.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write_contract


def told(path: Path) -> list[str]:
    """What `load_contract` says of a file, one problem an item, with the file's name in front."""
    with pytest.raises(ContractError) as caught:
        load_contract(path)
    assert all(problem.advice for problem in caught.value.problems)
    return str(caught.value).replace(str(path.parent) + "/", "").split("\n")


def test_what_is_left_out_is_what_most_files_are_like(write: Write) -> None:
    assert load_contract(write(COUNTRIES)) == Contract(
        dataset="countries",
        table="countries",
        key=("code",),
        columns=(StringColumn(name="code", max_length=2),),
        delimiter=",",
        quote='"',
        encoding="utf-8",
        accept_extra_columns=False,
        accept_reordered_columns=False,
        maximum_reject_share=None,
    )


def test_every_setting_can_be_written_in_yaml(write: Write) -> None:
    text = COUNTRIES + (
        "  - {name: since, header: Member since, type: date, format: '%d.%m.%Y', minimum: 1945-10-24}\n"
        "  - {name: area, type: decimal, precision: 12, scale: 2, minimum: 0, maximum: 1.10, required: true}\n"
        "  - {name: euro, type: boolean, true_tokens: ['1'], false_tokens: ['0'], null_tokens: ['?']}\n"
        'delimiter: "\\t"\nquote: "\'"\nencoding: cp1252\n'
        "accept_extra_columns: true\naccept_reordered_columns: true\nmaximum_reject_share: 0.05\n"
    )

    contract = load_contract(write(text))

    assert contract.columns[1:] == (
        DateColumn(name="since", header="Member since", format="%d.%m.%Y", minimum=date(1945, 10, 24)),
        DecimalColumn(name="area", precision=12, scale=2, minimum=Decimal(0), maximum=Decimal("1.10"), required=True),
        BooleanColumn(name="euro", true_tokens=("1",), false_tokens=("0",), null_tokens=("?",)),
    )
    assert (contract.delimiter, contract.quote, contract.encoding) == ("\t", "'", "cp1252")
    assert contract.accept_extra_columns
    assert contract.accept_reordered_columns
    assert contract.maximum_reject_share == Decimal("0.05")


def test_norway_is_a_country_and_not_false(write: Write) -> None:
    contract = load_contract(write(COUNTRIES + "    allowed: [NO, no, on, y, ~x]\n".replace("~x", "SE")))

    assert contract.columns == (StringColumn(name="code", max_length=2, allowed=("NO", "no", "on", "y", "SE")),)


def test_a_misspelt_setting_is_told_with_its_line_and_the_one_that_was_meant(write: Write) -> None:
    assert told(write(COUNTRIES.replace("max_length", "max_lenght"))) == [
        "countries.yaml:5: column code: `max_length` is missing; add it",
        "countries.yaml:7: column code, max_lenght: there is no setting `max_lenght`; did you mean `max_length`?",
    ]


def test_every_problem_that_can_be_seen_at_once_is_told_in_order_of_lines(write: Write) -> None:
    text = COUNTRIES.replace("key: [code]\n", "").replace("max_length: 2", "max_length: two") + (
        "    allowed: [SE, 10]\n"
        "  - {name: size, type: number}\n"
        "  - {name: size}\n"
        "  - {name: area, type: decimal, precision: 2, scale: 3}\n"
        "  - 5\n"
        "encoding: ebcdic\n"
    )

    assert [problem.split(";")[0] for problem in told(write(text))] == [
        "countries.yaml:1: `key` is missing",
        "countries.yaml:6: column code, max_length: it is not a whole number",
        "countries.yaml:7: column code, allowed, item 2: it is not text",
        "countries.yaml:8: column size: there is no type 'number'",
        "countries.yaml:9: column size: `type` is missing",
        "countries.yaml:10: column area, scale: 3 is not between 0 and the precision of 2",
        "countries.yaml:11: column 5: it is not a list of settings",
        "countries.yaml:12: encoding: it is not one of 'utf-8', 'cp1252', 'latin-1', 'utf-16', 'utf-16-le' "
        "or 'utf-16-be'",
    ]


def test_a_key_without_its_column_is_told_at_the_key(write: Write) -> None:
    assert told(write(COUNTRIES.replace("[code]", "[iso]"))) == [
        "countries.yaml:3: key: there is no column named 'iso'; choose from code",
    ]


def test_numbers_among_texts_are_to_be_put_in_quotes(write: Write) -> None:
    assert told(write(COUNTRIES + "    null_tokens: [-1, 'x']\n")) == [
        "countries.yaml:8: column code, null_tokens, item 1: it is not text; put it in quotes"
    ]


@pytest.mark.parametrize(
    ("column", "problem"),
    [
        ("type: integer, required: perhaps", "required: it is not true or false"),
        ("type: integer, null_tokens: x", "null_tokens: it is not a list"),
        ("type: integer, minimum: 1.5", "minimum: it is not a whole number"),
        ("type: decimal, precision: 2, scale: 1, minimum: low", "minimum: it is not a number"),
        ("type: date, maximum: 01/02/2024", "maximum: it is not a date written as YYYY-MM-DD"),
        ("type: timestamp, maximum: noon", "maximum: it is not a timestamp written as YYYY-MM-DDTHH:MM:SS"),
        ("type: string, max_length: 2, header: ~", "header: it is not text"),
    ],
)
def test_a_setting_of_the_wrong_kind_is_told_what_it_should_be(write: Write, column: str, problem: str) -> None:
    path = write(f"{COUNTRIES}  - {{name: other, {column}}}\n")

    assert [line.split(";")[0] for line in told(path)] == [f"countries.yaml:8: column other, {problem}"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "countries.yaml: it is empty; contract.schema.json describes every setting"),
        ("# nothing\n", "countries.yaml: it is empty; contract.schema.json describes every setting"),
        ("- a\n", "countries.yaml:1: it is not a list of settings; write `name: value` lines"),
        (
            "table: a\ncolumns: [\n",
            "countries.yaml:3: it is not valid YAML (expected the node content, but found '<stream end>'); "
            "check quotes and indentation",
        ),
        ("a: 1\nb: 2\na: 3\n", "countries.yaml:3: `a` is given twice; keep one"),
        ("a: &a [*a]\n", "countries.yaml: its aliases or lists are nested without end; write the values out"),
        ("a: \x07\n", "countries.yaml: it has characters that YAML does not allow; save it as plain text"),
        (
            "? [a]\n: 1\n",
            "countries.yaml:1: it is not valid YAML (found unhashable key); check quotes and indentation",
        ),
        (
            "a: !!python/name:os.system\n",
            "countries.yaml:1: it is not valid YAML (could not determine a constructor for the tag "
            "'tag:yaml.org,2002:python/name:os.system'); check quotes and indentation",
        ),
    ],
)
def test_a_file_that_is_not_a_contract_is_an_error(write: Write, text: str, problem: str) -> None:
    assert told(write(text)) == [problem]


def test_a_file_in_another_encoding_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "countries.yaml"
    path.write_bytes("dataset: é".encode("latin-1"))

    assert told(path) == ["countries.yaml: it is not UTF-8; save it as UTF-8"]


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    assert told(tmp_path / "nowhere.yaml") == [
        "nowhere.yaml: it cannot be read (No such file or directory); check its name and permissions"
    ]


def test_a_folder_gives_its_contracts_by_dataset(write: Write) -> None:
    path = write(COUNTRIES)

    assert load_contracts(path.parent) == {"countries": load_contract(path)}


def test_the_problems_of_all_files_of_a_folder_are_reported_together(write: Write) -> None:
    folder = write(COUNTRIES).parent
    (folder / "empty.yaml").touch()
    (folder / "other.yaml").write_text(COUNTRIES)

    with pytest.raises(ContractError) as caught:
        load_contracts(folder)

    assert [(Path(problem.source).name, problem.reason) for problem in caught.value.problems] == [
        ("empty.yaml", "it is empty"),
        ("other.yaml", "it is for dataset 'countries'"),
        ("other.yaml", "its table 'countries' is also that of countries.yaml"),
    ]


def test_a_folder_without_contracts_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="there is no contract in this folder; add a file"):
        load_contracts(tmp_path)
