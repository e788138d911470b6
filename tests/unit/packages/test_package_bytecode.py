import importlib
import importlib.util
import marshal
import os
import subprocess
import sys
import types
from pathlib import Path

import pytest

from scripts.packages.bytecode import bytecode, bytecode_path
from tests.unit.packages.made_up import write_files

SOURCE = b'KNOWN = {"b", "a", "c"}\ndef f(x):\n    return x in {"left", "right", "up", 3, None} or 1 / 0\n'


def test_it_lies_where_python_looks_for_it() -> None:
    assert bytecode_path("csvbatch/store/__init__.py") == "csvbatch/store/__pycache__/__init__.cpython-313.pyc"
    assert bytecode_path("six.py") == "__pycache__/six.cpython-313.pyc"


def test_python_loads_it_without_a_look_at_the_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path, {"compiled_one.py": "value = 'source'\n"})
    write_files(tmp_path, {bytecode_path("compiled_one.py"): bytecode(b"value = 'compiled'\n", "compiled_one.py")})
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    assert importlib.import_module("compiled_one").value == "compiled"


def test_it_names_the_file_as_lambda_unpacks_it() -> None:
    code = marshal.loads(bytecode(SOURCE, "csvbatch/a.py")[16:])
    inner = [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
    assert {code.co_filename, *(one.co_filename for one in inner)} == {"/var/task/csvbatch/a.py"}


def compiled_elsewhere(source: bytes, *flags: str, **variables: str) -> bytes:
    program = (
        "import sys; from scripts.packages.bytecode import bytecode;"
        f"sys.stdout.buffer.write(bytecode({source!r}, 'a.py'))"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | variables
    command = [sys.executable, *flags, "-c", program]
    return subprocess.run(command, env=environment, capture_output=True, check=True, timeout=30).stdout


@pytest.mark.parametrize("seed", ["0", "1", "12345"])
def test_it_is_the_same_in_every_process(seed: str) -> None:
    assert compiled_elsewhere(SOURCE, PYTHONHASHSEED=seed) == bytecode(SOURCE, "a.py")


@pytest.mark.parametrize("module", ["typing_extensions", "pycparser.c_parser"])
def test_what_the_process_has_loaded_does_not_matter(module: str) -> None:
    found = importlib.util.find_spec(module)
    assert found
    assert found.origin
    program = (
        "import sys; from scripts.packages.bytecode import bytecode; source = open(sys.argv[1], 'rb').read()\n"
        "alone = bytecode(source, 'a.py'); import rich.progress; print(alone == bytecode(source, 'a.py'))"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", program, found.origin]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout == "True\n"


def test_how_far_the_interpreter_itself_optimises_does_not_matter() -> None:
    assert compiled_elsewhere(b"assert True", "-OO") == bytecode(b"assert True", "a.py")


def test_a_doubtful_module_of_ours_does_not_compile() -> None:
    with pytest.raises(SyntaxError, match="invalid escape sequence"):
        bytecode(b"pattern = '\\d'\n", "a.py", strict=True)


def test_a_doubtful_module_of_others_compiles_without_a_word(recwarn: pytest.WarningsRecorder) -> None:
    assert bytecode(b"pattern = '\\d'\n", "a.py")
    assert not recwarn.list


def test_the_sources_encoding_is_honoured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = "# coding: latin-1\nvalue = 'é'\n".encode("latin-1")
    write_files(
        tmp_path,
        {"compiled_three.py": source, bytecode_path("compiled_three.py"): bytecode(source, "compiled_three.py")},
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    assert importlib.import_module("compiled_three").value == "é"
