"""Refuses to package a wrong contract: otherwise the first file that arrives would find it out."""

import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from scripts.packages.cache import write_whole
from scripts.packages.contents import content_digest, entry_of
from scripts.packages.errors import ContractsError
from scripts.packages.project import Project
from scripts.packages.sources import CONTRACTS, LIBRARY, SourceFile

_READER = f"{LIBRARY}/contract/model.py"
_LIMIT_SECONDS = 60


@contextlib.contextmanager
def contracts_checked(project: Project, sources: Iterable[SourceFile], cache: Path) -> Iterator[None]:
    """Let the packaged library read the packaged contracts while the caller goes on, and wait for it at the end.

    Raises `ContractsError` with what it says of them. Contracts that were found right are not read again until they
    change, or the modules that judged them do.
    """
    by_path = {source.path: source for source in sources}
    contracts = [source for path, source in by_path.items() if path.startswith(f"{CONTRACTS}/")]
    if contracts and _READER not in by_path:
        raise ContractsError(f"{project.lambdas / _READER} is not there to check the contracts with: restore it")
    digest = content_digest(entry_of(source.path, source.mode, source.content) for source in contracts)
    stamp = cache / "contracts" / f"{digest}.json"
    if not contracts or _judged_before(stamp, by_path):
        yield
        return
    with _judging(project) as answer:
        yield
        judgement = answer()
    if judgement["problem"]:
        raise ContractsError(f"the contracts are wrong\n{judgement['problem']}")
    write_whole(stamp, json.dumps(judgement["judges"]).encode())


def _judged_before(stamp: Path, sources: dict[str, SourceFile]) -> bool:
    try:
        judges = json.loads(stamp.read_bytes())
    except (FileNotFoundError, ValueError):
        return False
    return all(
        path in sources and hashlib.sha256(sources[path].content).hexdigest() == judge for path, judge in judges.items()
    )


@contextlib.contextmanager
def _judging(project: Project) -> Iterator[Callable[[], dict[str, object]]]:
    # Costly to load for a build whose contracts were judged before.
    import subprocess

    process = subprocess.Popen(
        [sys.executable, "-P", str(Path(__file__).with_name("contract_check.py"))],
        cwd=project.root,
        env={**os.environ, "PYTHONPATH": str(project.lambdas.resolve())},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )

    def answer() -> dict[str, object]:
        try:
            said, complaints = process.communicate(timeout=_LIMIT_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise ContractsError(
                f"{project.lambdas}: contracts are still being read after {_LIMIT_SECONDS} s"
            ) from error
        if process.returncode != 0:
            reader = project.lambdas / _READER
            raise ContractsError(f"{reader} fails, so no contract was checked:\n{complaints.strip()}")
        judgement: dict[str, object] = json.loads(said)
        return judgement

    with process:
        try:
            yield answer
        finally:
            process.kill()
