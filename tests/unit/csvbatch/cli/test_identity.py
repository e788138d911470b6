"""Which file `csvbatch load` takes for one that it knows: the one with the same name and the same bytes."""

import gzip
import json
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from csvbatch.cli import one_file
from tests.unit.csvbatch.cli.conftest import Outcome, Run

DATABASE = "sqlite:///x.db"


def content(name: str, rows: int = 40) -> bytes:
    """A file of 40 rows, of a size that does not depend on the name in each of them."""
    assert len(name) == 4
    return b"code,name\n" + b"".join(f"{number:04},{name}\n".encode() for number in range(rows))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "t.yaml").write_text(
        "dataset: t\ntable: t\nkey: [code]\ncolumns:\n"
        "  - {name: code, type: string, max_length: 20}\n  - {name: name, type: string, max_length: 40}\n"
    )
    path = tmp_path / "t.csv"
    path.write_bytes(content("lisa"))
    return path


def load(run: Run, file: Path, *more: object) -> Outcome:
    return run("load", file, "-d", "t", "--database", DATABASE, "--contracts", "contracts", "--chunk-bytes", 100, *more)


def loaded(run: Run, file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(load(run, file, "--json").out)
    return found


def names() -> set[str]:
    with closing(sqlite3.connect("x.db")) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM t")}


def rewrite(file: Path, body: bytes) -> None:
    """Give a file other bytes, and leave its size, its times and its place in the folder as they were."""
    before = file.stat()
    assert len(body) == before.st_size
    with file.open("r+b") as stream:
        stream.write(body)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_another_content_of_equal_name_size_and_time_is_loaded(run: Run, file: Path) -> None:
    first = loaded(run, file)
    rewrite(file, content("bart"))
    second = loaded(run, file)
    assert second["known"] is False
    assert second["batch"] != first["batch"]
    assert names() == {"bart"}


def test_another_packed_content_of_equal_name_size_and_time_is_loaded(run: Run, file: Path, tmp_path: Path) -> None:
    packed = tmp_path / "t.csv.gz"
    packed.write_bytes(gzip.compress(content("lisa"), compresslevel=0))
    loaded(run, packed)
    rewrite(packed, gzip.compress(content("bart"), compresslevel=0))
    assert loaded(run, packed)["known"] is False
    assert names() == {"bart"}


@pytest.mark.parametrize("touched", ["later", "copied"])
def test_the_same_bytes_are_recognised_whatever_their_time_and_folder(run: Run, file: Path, touched: str) -> None:
    first = loaded(run, file)
    if touched == "later":
        os.utime(file, (1, 1))
    else:
        (file.parent / "elsewhere").mkdir()
        file = Path(shutil.copy(file, file.parent / "elsewhere" / file.name))
    again = loaded(run, file)
    assert (again["known"], again["batch"]) == (True, first["batch"])


def test_the_same_bytes_under_another_name_are_another_file(run: Run, file: Path) -> None:
    first = loaded(run, file)
    second = loaded(run, file.rename(file.with_name("u.csv")))
    assert (second["known"], second["merged"]) == (False, first["merged"])
    assert second["batch"] != first["batch"]


def test_an_earlier_content_is_recognised_and_the_later_one_is_named(run: Run, file: Path) -> None:
    first = loaded(run, file)
    rewrite(file, content("bart"))
    second = loaded(run, file)
    assert (first["newer"], second["newer"]) == (None, None)
    rewrite(file, content("lisa"))
    third = loaded(run, file)
    assert (third["known"], third["batch"], third["newer"]) == (True, first["batch"], second["batch"])
    assert f"Batch {second['batch']} has loaded other content of t.csv since" in load(run, file).out
    assert names() == {"bart"}
    assert loaded(run, file.rename(file.with_name("back.csv")))["known"] is False
    assert names() == {"lisa"}


def test_a_file_that_changes_while_it_is_loaded_is_loaded_from_no_other_content(
    run: Run, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither its size nor its times tell, so its bytes are compared when they are read."""
    deliver, delivered = one_file.deliver, []

    def change_then_deliver(*arguments: Any) -> Any:
        delivered.append(arguments)
        if len(delivered) == 2:
            rewrite(file, content("bart"))
        return deliver(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr("csvbatch.cli.one_file.deliver", change_then_deliver)
        outcome = load(run, file)
    assert outcome.status == 1
    assert f"{file} changed while it was being loaded" in outcome.out
    assert len(delivered) == 2
    assert names() == {"lisa"}
    again = loaded(run, file)
    assert (again["known"], again["merged"], names()) == (False, 40, {"bart"})


def test_a_file_that_is_again_what_it_was_goes_on(run: Run, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deliver = one_file.deliver

    def change_then_deliver(*arguments: Any) -> Any:
        rewrite(file, content("bart"))
        return deliver(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr("csvbatch.cli.one_file.deliver", change_then_deliver)
        assert load(run, file).status == 1
    rewrite(file, content("lisa"))
    again = loaded(run, file)
    assert (again["known"], again["state"], again["merged"]) == (False, "closed", 40)


def test_a_file_that_changes_before_it_is_split_is_refused_and_loaded_when_it_is_itself_again(
    run: Run, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = one_file._known

    def change_then_look(*arguments: Any) -> Any:
        rewrite(file, content("bart"))
        return known(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr("csvbatch.cli.one_file._known", change_then_look)
        first = loaded(run, file)
    assert (first["state"], first["reason"], first["merged"]) == ("refused", "object_gone", 0)
    rewrite(file, content("lisa"))
    again = loaded(run, file)
    assert (again["batch"], again["state"], again["merged"]) == (first["batch"], "closed", 40)
