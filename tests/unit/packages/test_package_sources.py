import os
from pathlib import Path

import pytest

from scripts.common.errors import UserError
from scripts.packages.sources import SHARED, function_names, read_sources
from tests.unit.packages.made_up import SOURCES, write_files


@pytest.fixture
def lambdas(tmp_path: Path) -> Path:
    write_files(tmp_path, SOURCES)
    return tmp_path


def paths(lambdas: Path, *folders: str) -> list[str]:
    return [source.path for source in read_sources(lambdas, folders)]


def test_a_function_is_a_folder_with_a_handler(lambdas: Path) -> None:
    assert function_names(lambdas) == ("batch_processor", "request_handler")


def test_the_library_and_the_contracts_are_shared(lambdas: Path) -> None:
    assert paths(lambdas, *SHARED) == [
        "csvbatch/__init__.py",
        "csvbatch/contract/yaml_file.py",
        "csvbatch/store/ddl.sql",
        "contracts/airports.yaml",
    ]


def test_a_functions_sources_are_its_own_folder(lambdas: Path) -> None:
    assert paths(lambdas, "batch_processor") == ["batch_processor/__init__.py", "batch_processor/handler.py"]


def test_what_programs_leave_behind_is_passed_over(lambdas: Path) -> None:
    left = {
        "csvbatch/__pycache__/contract.cpython-313.pyc": b"",
        "csvbatch/.DS_Store": b"",
        "csvbatch/.ruff_cache/x": b"",
        "csvbatch/README.md": b"",
        "csvbatch/py.typed": b"",
        "contracts/contract.schema.json": b"{}",
    }
    before = paths(lambdas, *SHARED)
    write_files(lambdas, left)
    assert paths(lambdas, *SHARED) == before


@pytest.mark.parametrize(
    "stray", ["csvbatch/rows.csv", "csvbatch/contract.py.orig", "contracts/airports.yml", "csvbatch/run"]
)
def test_a_file_that_nobody_decided_on_is_refused_by_name(lambdas: Path, stray: str) -> None:
    write_files(lambdas, {stray: ""})
    with pytest.raises(UserError, match=f"{stray}: only .* files are packaged from here"):
        read_sources(lambdas, SHARED)


@pytest.mark.parametrize("target", ["contract/yaml_file.py", "store", "missing.py"])
def test_a_symbolic_link_is_refused(lambdas: Path, target: str) -> None:
    (lambdas / "csvbatch" / "linked.py").symlink_to(target)
    with pytest.raises(UserError, match=r"csvbatch/linked\.py: symbolic links are not packaged"):
        read_sources(lambdas, SHARED)


def test_a_linked_folder_is_refused_as_well(lambdas: Path) -> None:
    (lambdas / "csvbatch").rename(lambdas / "elsewhere")
    (lambdas / "csvbatch").symlink_to("elsewhere")
    with pytest.raises(UserError, match=r"csvbatch: symbolic links are not packaged"):
        read_sources(lambdas, SHARED)


def test_a_pipe_is_refused_rather_than_read(lambdas: Path) -> None:
    os.mkfifo(lambdas / "csvbatch" / "pipe.py")
    with pytest.raises(UserError, match=r"pipe\.py: only"):
        read_sources(lambdas, SHARED)


@pytest.mark.parametrize("name", ["new\nline.py", b"latin-\xe9.py".decode(errors="surrogateescape")])
def test_a_name_that_not_every_system_takes_is_refused(lambdas: Path, name: str) -> None:
    (lambdas / "csvbatch" / name).touch()
    with pytest.raises(UserError, match="not every file system supports"):
        read_sources(lambdas, SHARED)


@pytest.mark.parametrize(("mode", "packaged"), [(0o600, 0o100644), (0o666, 0o100644), (0o700, 0o100755)])
def test_of_a_files_mode_only_its_owners_right_to_run_it_counts(lambdas: Path, mode: int, packaged: int) -> None:
    (lambdas / "batch_processor" / "handler.py").chmod(mode)
    assert read_sources(lambdas, ["batch_processor"])[1].mode == packaged


def test_what_is_for_people_at_their_own_machine_is_left_out(lambdas: Path) -> None:
    before = paths(lambdas, *SHARED)
    write_files(lambdas, {"csvbatch/cli/__init__.py": "import typer\n", "csvbatch/local/files.py": ""})
    assert paths(lambdas, *SHARED) == before
