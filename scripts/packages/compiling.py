"""Bytecode that Lambda loads without looking at the sources.

A pyc with a timestamp never matches the fixed dates of a zip, so Python would compile every module again at each cold
start, and could not keep the result: the task root is read-only. Unchecked hash-based pycs (PEP 552) are loaded as they
are. Their bytes follow from the source alone only where nothing else is loaded, because marshal writes strings
differently that the process has interned (https://github.com/python/cpython/issues/78274): so compileall runs in an
isolated process of its own.
"""

import sys
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from scripts.common.commands import run
from scripts.common.errors import UserError
from scripts.packages.architectures import TASK_ROOT

_LIMIT_SECONDS = 600


def bytecode_path(module_path: str) -> str:
    """Return where Python looks for the bytecode of a module."""
    path = PurePosixPath(module_path)
    return str(path.parent / "__pycache__" / f"{path.stem}.{sys.implementation.cache_tag}.pyc")


def compile_modules(folder: Path, modules: Iterable[str], *, strict: bool) -> str:
    """Compile modules of a folder as if it were Lambda's task root; return compileall's error messages.

    A module that does not compile is left without bytecode. In strict mode a `SyntaxWarning` is an error.
    """
    warnings = f"{'error' if strict else 'ignore'}::SyntaxWarning"
    command = [sys.executable, "-I", "-S", "-W", warnings, "-m", "compileall", "-q", "-j", "0", "-i", "-"]
    options = ["--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", TASK_ROOT]
    listed = "".join(f"{folder / module}\n" for module in sorted(modules))
    if not listed:
        # compileall would compile the standard library instead.
        return ""
    done = run([*command, *options], limit_seconds=_LIMIT_SECONDS, given=listed, accepted=(0, 1))
    # Status 1 means that a module does not compile, which compileall prints to standard output, or that it crashed.
    if done.stderr:
        raise UserError(f"compileall failed:\n{done.stderr.strip()}")
    return done.stdout.strip()
