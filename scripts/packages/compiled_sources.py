"""Bytecode of the project's own modules, kept in the cache for each content."""

import contextlib
import hashlib
import sys
from collections.abc import Iterable
from pathlib import Path

from scripts.packages import bytecode as compiling
from scripts.packages.bytecode import bytecode, bytecode_header, bytecode_path
from scripts.packages.cache import write_whole
from scripts.packages.contents import REGULAR_FILE
from scripts.packages.errors import SourceError
from scripts.packages.sources import SourceFile


def compile_sources(sources: Iterable[SourceFile], cache: Path) -> list[SourceFile]:
    """Compile the modules among the sources; raises `SourceError` for one that Python does not take."""
    shelf = cache / "bytecode"
    compiler = Path(compiling.__file__).read_bytes()
    compiled = []
    for source in sources:
        if source.path.endswith(".py"):
            content = _from(shelf, compiler, source)
            compiled.append(SourceFile(bytecode_path(source.path), REGULAR_FILE, content))
    return compiled


def _from(shelf: Path, compiler: bytes, source: SourceFile) -> bytes:
    parts = (compiler, sys.version.encode(), source.path.encode(), source.content)
    key = hashlib.sha256(b"\n".join(parts)).hexdigest()
    kept = shelf / f"{key}.pyc"
    with contextlib.suppress(FileNotFoundError):
        content = kept.read_bytes()
        if content.startswith(bytecode_header(source.content)):
            return content
    content = _compile(source)
    write_whole(kept, content)
    return content


def _compile(source: SourceFile) -> bytes:
    try:
        return bytecode(source.content, source.path, strict=True)
    except SyntaxError as error:
        raise SourceError(f"lambdas/{source.path}:{error.lineno}:{error.offset}: {error.msg}") from None
    except ValueError as error:
        raise SourceError(f"lambdas/{source.path}: {error}") from None
