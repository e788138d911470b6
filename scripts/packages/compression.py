"""Compiles and deflates many files on all processors.

Threads are enough: zlib and hashlib let go of the interpreter while they work, so the calling thread compiles
beside them. Worker processes took more processor time here, and would outlive a build that is killed.
"""

import contextlib
import gc
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from scripts.packages.archive import Member, pack
from scripts.packages.bytecode import bytecode, bytecode_path
from scripts.packages.contents import REGULAR_FILE
from scripts.packages.progress import Report
from scripts.packages.trimming import is_compiled


def pack_files(folder: Path, paths: Iterable[str], report: Report) -> list[Member]:
    """Make members of a folder's files, and of the bytecode of its modules, in the order of their names.

    All get one mode: not every file system keeps modes, and nothing in a dependency is executed as a program.
    """
    modules: list[str] = []
    others: list[str] = []
    for path in paths:
        (modules if path.endswith(".py") else others).append(path)
    # The largest go first, so that at the end no thread is left alone with one.
    others.sort(key=lambda path: (folder / path).stat().st_size, reverse=True)
    with ThreadPoolExecutor(os.process_cpu_count()) as pool:
        packed: list[Future[Member]] = [pool.submit(_pack_file, folder, path) for path in others]
        # Small files are deflated afterwards: meanwhile their threads would mostly wait for the interpreter.
        with _nothing_collected():
            compiled = list(_compiled(folder, modules, report))
        for path, content in compiled:
            packed.append(pool.submit(pack, path, REGULAR_FILE, content))
        members = []
        for done, future in enumerate(packed, 1):
            members.append(future.result())
            report("compressing dependencies", done, len(packed))
    return sorted(members, key=lambda member: member.entry.path)


def _pack_file(folder: Path, path: str) -> Member:
    return pack(path, REGULAR_FILE, (folder / path).read_bytes())


@contextlib.contextmanager
def _nothing_collected() -> Iterator[None]:
    """A tenth of compiling would go into looking for garbage that compiling does not make."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _compiled(folder: Path, modules: Sequence[str], report: Report) -> Iterator[tuple[str, bytes]]:
    for done, path in enumerate(modules, 1):
        source = (folder / path).read_bytes()
        yield path, source
        if is_compiled(path):
            # A wheel may hold templates that only look like modules: they stay as they are.
            with contextlib.suppress(SyntaxError, ValueError):
                yield bytecode_path(path), bytecode(source, path)
        report("compiling dependencies", done, len(modules))
