"""Compiled modules that Lambda loads without looking at their sources.

Bytecode with a timestamp never fits a zip's fixed dates, so Python would compile everything anew at each
cold start, and for nothing: the task root is read-only. PEP 552's unchecked hash-based files are taken as is.
"""

import importlib.util
import marshal
import sys
import warnings
from pathlib import PurePosixPath

from lambda_packages.target import TASK_ROOT

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
    return bytecode_header(source) + marshal.dumps(code)
