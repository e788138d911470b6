"""Compiled modules that Lambda loads without looking at their sources.

Bytecode with a timestamp never fits a zip's fixed dates, so Python would compile everything anew at each
cold start, and for nothing: the task root is read-only. PEP 552's unchecked hash-based files are taken as is.
"""

import importlib.util
import marshal
import sys
import warnings
from pathlib import PurePosixPath
from types import CodeType

from scripts.packages.target import TASK_ROOT

_HASH_BASED_UNCHECKED = (0b01).to_bytes(4, "little")


def bytecode_path(module_path: str) -> str:
    """Where Python looks for the compiled form of a module of a package."""
    path = PurePosixPath(module_path)
    return str(path.parent / "__pycache__" / f"{path.stem}.{sys.implementation.cache_tag}.pyc")


def bytecode_header(source: bytes) -> bytes:
    """Give the first 16 bytes of a module's compiled form."""
    return importlib.util.MAGIC_NUMBER + _HASH_BASED_UNCHECKED + importlib.util.source_hash(source)


def bytecode(source: bytes, module_path: str, *, strict: bool = False) -> bytes:
    """Compile a module as it will lie in Lambda's task root; a strict one fails on warnings too.

    Raises `SyntaxError`, or `ValueError` for a source that holds a NUL.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error" if strict else "ignore", SyntaxWarning)
        code = compile(source, f"{TASK_ROOT}/{module_path}", "exec", dont_inherit=True, optimize=0)
    return bytecode_header(source) + _marshalled(code)


def _marshalled(code: CodeType) -> bytes:
    """Write a code object so that the bytes depend on nothing else that this process holds.

    Marshal marks what others refer to as well, which what has just been read is free of.
    """
    shared = _with_equals_shared(code, {name: name for name in _qualified_names(code)})
    return marshal.dumps(marshal.loads(marshal.dumps(shared)))


def _qualified_names(code: CodeType) -> list[str]:
    inner = [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    return [code.co_qualname, *(name for one in inner for name in _qualified_names(one))]


def _with_equals_shared(code: CodeType, known: dict[object, object]) -> CodeType:
    """Make equal constants one object, which is written once, where compiling does so only at times.

    It is a matter of what text is interned already, by whatever module is loaded. Then the qualified name of a function
    is another object than the constant of the same text, and each function that names a set of such texts gets a set of
    its own. (`typing` interns what typing_extensions has as well, and a progress bar loads `typing`.)
    """
    constants: list[object] = []
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            constants.append(_with_equals_shared(constant, known))
        elif isinstance(constant, frozenset) and all(isinstance(one, str) for one in constant):
            constants.append(known.setdefault(constant, constant))
        else:
            constants.append(known.get(constant, constant) if isinstance(constant, str) else constant)
    return code.replace(co_consts=tuple(constants))
