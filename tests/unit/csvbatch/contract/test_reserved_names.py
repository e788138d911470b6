"""Names that no database, or not every one, takes for a table or column are refused where a contract is read."""

import re
import sqlite3
from pathlib import Path

import pytest

from csvbatch.contract.columns import IntegerColumn, StringColumn
from csvbatch.contract.model import Contract, ContractError
from csvbatch.contract.reserved_names import COLUMNS, ORACLE_VIEWS, TABLES, why_no_column, why_no_table
from csvbatch.contract.settings import SettingError
from csvbatch.contract.yaml_file import load_contract
from scripts.common.paths import REPOSITORY


def contract(table: str = "plain", column: str = "plain") -> Contract:
    return Contract(
        dataset="plain",
        table=table,
        key=("id",),
        columns=(StringColumn(name="id", max_length=5), IntegerColumn(name=column)),
    )


@pytest.mark.parametrize("name", ["rowid", "oid", "tableoid", "xmin", "xmax", "cmin", "cmax", "ctid", "ora_rowscn"])
def test_a_column_that_a_database_has_already_is_refused_with_the_reason(name: str) -> None:
    with pytest.raises(SettingError, match=f"'{name}' cannot name a column: .*; choose another name"):
        contract(column=name)


@pytest.mark.parametrize(
    "name", ["dual", "all_tab_cols", "pg_class", "pg_anything", "sqlite_sequence", "csvbatch_batch", "csvbatch_stage"]
)
def test_a_table_that_hides_what_statements_read_is_refused_with_the_reason(name: str) -> None:
    with pytest.raises(SettingError, match=f"'{name}' cannot name a table: .*; choose another name"):
        contract(table=name)


@pytest.mark.parametrize("name", ["order", "select", "level", "user", "rownum", "sysdate", "rowid_of", "dual_key"])
def test_a_reserved_word_that_quotes_make_usable_is_taken(name: str) -> None:
    assert contract(name, name).table == name


def test_a_name_that_is_only_bad_for_a_column_may_name_a_table() -> None:
    assert all(why_no_table(name) is None for name in COLUMNS)
    assert all(why_no_column(name) is None for name in TABLES)


def test_a_contract_file_is_refused_at_the_line_of_the_name(tmp_path: Path) -> None:
    file = tmp_path / "plain.yaml"
    file.write_text(
        "dataset: plain\ntable: plain\nkey: [id]\ncolumns:\n"
        "  - {name: id, type: string, max_length: 5}\n  - {name: rowid, type: integer}\n"
    )
    with pytest.raises(ContractError, match=r"plain\.yaml:6: .*'rowid' cannot name a column"):
        load_contract(file)


def test_sqlite_takes_every_name_that_a_contract_may_have() -> None:
    connection = sqlite3.connect(":memory:")
    for name in ("order", "rownum", "abort", "current_timestamp"):
        connection.execute(f'CREATE TABLE "{name}" ("{name}" INTEGER) STRICT')
    connection.close()


def test_every_dictionary_view_that_the_store_reads_is_a_name_no_table_may_have() -> None:
    """A table of that name in the loader's schema would be read in place of the view."""
    sources = (REPOSITORY / "lambdas" / "csvbatch" / "store" / "oracle").glob("*.py")
    read = {name for file in sources for name in re.findall(r"\b(?:all|nls|user|dba)_[a-z_]+\b", file.read_text())}
    assert {name for name in read if name.startswith(("all_", "nls_database"))} == set(ORACLE_VIEWS)
