"""Bytecode that fits Lambda, and that follows from the sources alone."""

import importlib
import marshal
import sys
import types
from pathlib import Path

import pytest

from scripts.common.paths import REPOSITORY
from scripts.packages.compiling import bytecode_path, compile_modules
from tests.unit.packages.made_up import write_files

SOURCE = b'KNOWN = {"b", "a", "c"}\ndef f(x):\n    return x in {"left", "right", "up", 3, None} or 1 / 0\n'


def compiled(folder: Path, files: dict[str, bytes], *, strict: bool = False) -> dict[str, bytes]:
    """Return the bytecode of each module of a new folder that has any."""
    write_files(folder, files)
    compile_modules(folder, files, strict=strict)
    return {name: path.read_bytes() for name in files if (path := folder / bytecode_path(name)).exists()}


def test_it_lies_where_python_looks_for_it() -> None:
    assert bytecode_path("csvbatch/store/__init__.py") == "csvbatch/store/__pycache__/__init__.cpython-313.pyc"
    assert bytecode_path("six.py") == "__pycache__/six.cpython-313.pyc"


def test_python_loads_it_without_a_look_at_the_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled(tmp_path, {"compiled_one.py": b"value = 'compiled'\n"})
    write_files(tmp_path, {"compiled_one.py": "value = 'source'\n"})
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    assert importlib.import_module("compiled_one").value == "compiled"


def test_it_names_the_file_as_lambda_unpacks_it(tmp_path: Path) -> None:
    code = marshal.loads(compiled(tmp_path, {"csvbatch/a.py": SOURCE})["csvbatch/a.py"][16:])
    inner = [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
    assert {code.co_filename, *(one.co_filename for one in inner)} == {"/var/task/csvbatch/a.py"}


def test_folder_hash_seed_optimisation_and_cache_prefix_do_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = compiled(tmp_path / "here", {"a.py": SOURCE + b"assert f\n"})
    for name, value in (("PYTHONHASHSEED", "12345"), ("PYTHONOPTIMIZE", "2"), ("PYTHONPYCACHEPREFIX", str(tmp_path))):
        monkeypatch.setenv(name, value)
    assert compiled(tmp_path / "a" / "longer" / "name", {"a.py": SOURCE + b"assert f\n"}) == here


def test_which_modules_are_compiled_with_it_does_not_matter(tmp_path: Path) -> None:
    library = REPOSITORY / "lambdas" / "csvbatch"
    files = {path.relative_to(library).as_posix(): path.read_bytes() for path in library.rglob("*.py")}
    together = compiled(tmp_path / "together", files)
    some = dict(sorted(files.items(), reverse=True)[::7])
    assert len(some) > 5
    for name, content in some.items():
        assert compiled(tmp_path / "alone", {name: content})[name] == together[name]


def test_a_doubtful_module_does_not_compile_in_strict_mode(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.py": "pattern = '\\d'\n"})
    assert "invalid escape sequence" in compile_modules(tmp_path, ["a.py"], strict=True)
    assert not (tmp_path / bytecode_path("a.py")).exists()


def test_a_doubtful_module_compiles_silently_otherwise(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.py": "pattern = '\\d'\n"})
    assert compile_modules(tmp_path, ["a.py"], strict=False) == ""
    assert (tmp_path / bytecode_path("a.py")).exists()


def test_no_modules_are_no_error(tmp_path: Path) -> None:
    assert compile_modules(tmp_path, [], strict=True) == ""


def test_the_sources_encoding_is_honoured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled(tmp_path, {"compiled_three.py": "# coding: latin-1\nvalue = 'é'\n".encode("latin-1")})
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    assert importlib.import_module("compiled_three").value == "é"
