"""Makes packages: checks and compiles the sources, adds the dependencies, and writes zip, manifest and bill."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.common.errors import UserError
from scripts.packages.architectures import TASK_ROOT
from scripts.packages.archive import append
from scripts.packages.build import Job, Wanted, check_size
from scripts.packages.compiling import bytecode_path, compile_modules
from scripts.packages.contents import REGULAR_FILE, Entry, File, content_digest, entry_of
from scripts.packages.contracts import check_contracts
from scripts.packages.dependencies import Dependencies, find_dependencies
from scripts.packages.files import remove_unfinished, whole
from scripts.packages.manifest import describe
from scripts.packages.sbom import bill_of_materials


@dataclass(frozen=True, slots=True)
class _Draft:
    """A package before its files are written: the project's files, all entries, and the bill of materials."""

    wanted: Wanted
    files: list[File]
    entries: list[Entry]
    sbom: bytes


def make(job: Job, wanted: Sequence[Wanted]) -> None:
    """Make packages; nothing is written unless all of them can be. Only one process may call this at a time."""
    compiled = _compiled({file.path: file for one in wanted for file in one.sources})
    identity = job.project.identity()
    dependencies = find_dependencies(job.project, identity.dependencies, job.target, job.cache)
    foreign = {entry.path for entry in dependencies.entries}
    drafts = []
    for one in wanted:
        for file in one.sources:
            if file.path in foreign:
                raise UserError(f"{job.project.lambdas / file.path}: a dependency has a file of this name; rename it")
        files = one.sources + [compiled[file.path] for file in one.sources if file.path in compiled]
        entries = [*map(entry_of, files), *dependencies.entries]
        check_size(one.place.name, sum(entry.size for entry in entries), dependencies.packages, job.budget_bytes)
        sbom = bill_of_materials(identity, one.place, content_digest(entries), dependencies)
        drafts.append(_Draft(one, files, entries, sbom))
    for draft in drafts:
        try:
            _write(draft, dependencies)
        except OSError as error:
            where = error.filename or draft.wanted.place.folder
            raise UserError(f"{where}: {error.strerror}; free some space, or choose another --output") from error


def _compiled(sources: dict[str, File]) -> dict[str, File]:
    """Check and compile the sources in a copy of them; return the bytecode of each module."""
    modules = [path for path in sources if path.endswith(".py")]
    with tempfile.TemporaryDirectory(prefix="lambda-packages-") as folder:
        lambdas = Path(folder) / "lambdas"
        for file in sources.values():
            (lambdas / file.path).parent.mkdir(parents=True, exist_ok=True)
            (lambdas / file.path).write_bytes(file.content)
        if wrong := compile_modules(lambdas, modules, strict=True):
            raise UserError(
                f"not every module compiles\n{wrong}".replace(f"{folder}/", "").replace(TASK_ROOT, "lambdas")
            )
        check_contracts(Path(folder))
        return {
            path: File(bytecode_path(path), REGULAR_FILE, (lambdas / bytecode_path(path)).read_bytes())
            for path in modules
        }


def _write(draft: _Draft, dependencies: Dependencies) -> None:
    place = draft.wanted.place
    remove_unfinished(place.folder)
    with whole(place.zip) as part:
        dependencies.copy_to(part)
        append(part, draft.files)
    manifest = describe(place, draft.entries, dependencies.packages, place.zip.read_bytes(), draft.sbom)
    # Three files cannot be replaced in one step; without its stamp a package is built again.
    with whole(place.sbom) as part:
        part.write_bytes(draft.sbom)
    with whole(place.manifest) as part:
        part.write_bytes(manifest.as_json())
    draft.wanted.stamp()
