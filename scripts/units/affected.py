"""Finds the units that a change touches, by the files that each unit reads, and those that depend on them.

Terragrunt lists what a unit reads (`--reading`, https://docs.terragrunt.com/reference/cli/commands/find): the files
that its own functions read, and the configuration of a local module. The list lacks four kinds, which are added here:
the unit's own folder, the other files of its module and the modules that this calls, the mocks of the units it depends
on, and what goes into the package of a function. It also has the module's tests, which no plan reads.

Terragrunt's `--filter-affected` decides by the same list without the additions, and runs each unit in a temporary
worktree, where the packages are missing; decision 0030 has the comparison.
"""

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.common import tools
from scripts.common.commands import CommandError, run
from scripts.common.environments import Environment
from scripts.common.errors import UserError
from scripts.packages.sources import NOT_FOR_LAMBDA, SHARED
from scripts.terragrunt import launcher
from scripts.units.repository import Difference, Repository

FIND_LIMIT_SECONDS = 120
_PACKAGE = "live/_components/lambda_package.hcl"
"""Units that read this deploy a function; it derives the function's name from the unit's as `_function` does."""
_PACKAGED_WITH = ("requirements/lambda.txt", "scripts/packages/")
_CALLED_MODULE = re.compile(r'^\s*source\s*=\s*"(\.\.?/[^"]*)"', re.MULTILINE)
_NOT_READ = re.compile(
    r"modules/[^/]+/tests/|.*\.(md|typed)$|lambdas/contracts/.*\.json$|lambdas/(" + "|".join(NOT_FOR_LAMBDA) + ")/"
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit with the units it depends on directly, and the files and folders (with a `/` at the end) that it reads.

    Paths are relative to the checkout.
    """

    name: str
    needs: frozenset[str]
    reads: frozenset[str]

    def touched_by(self, files: Iterable[str]) -> list[str]:
        """Those of the files that it reads, sorted."""
        folders = tuple(path for path in self.reads if path.endswith("/"))
        return sorted(
            file for file in files if not _NOT_READ.match(file) and (file in self.reads or file.startswith(folders))
        )


@dataclass(frozen=True, slots=True)
class Affected:
    """All units, those to plan with the reason (both in the order of dependence), and units that were removed."""

    units: Mapping[str, Unit]
    reasons: Mapping[str, str]
    removed: tuple[str, ...] = ()


def units(environment: Environment, root: Path) -> dict[str, Unit]:
    """All units of an environment in the order in which to apply them; raises UserError as Terragrunt fails."""
    program = tools.read()
    find = [program.terragrunt, "find", "--dag", "--dependencies", "--reading", "--json"]
    try:
        variables = launcher.tool_environment(program, os.environ)
        done = run(find, limit_seconds=FIND_LIMIT_SECONDS, cwd=environment.folder, environment=variables)
        found = json.loads(done.stdout)
    except (CommandError, ValueError) as error:
        raise UserError(f"Terragrunt cannot read the units of {environment.name}: {error}") from error
    root = root.resolve()
    return {one["path"]: _unit(one["path"], one, environment.folder.resolve(), root) for one in found}


def _unit(name: str, found: Mapping[str, list[str]], folder: Path, root: Path) -> Unit:
    listed = {(folder / path).resolve() for path in found.get("reading", [])}
    reads = {path.relative_to(root).as_posix() for path in listed if path.is_relative_to(root)}
    reads |= _modules({path.parent for path in listed if path.suffix == ".tf"}, root)
    needs = frozenset(found.get("dependencies", []))
    reads |= {f"live/_components/{one}.mocks.yaml" for one in needs}
    reads.add(f"{(folder / name).relative_to(root).as_posix()}/")
    if _PACKAGE in reads:
        function = name.removeprefix("lambda_")
        reads |= {*_PACKAGED_WITH, *(f"lambdas/{one}/" for one in (function, *SHARED))}
    return Unit(name, needs, frozenset(reads))


def _modules(folders: Iterable[Path], root: Path) -> set[str]:
    """These folders of modules, and those of the local modules that they call, directly or through others."""
    found = {folder for folder in folders if folder.is_relative_to(root)}
    waiting = list(found)
    while waiting:
        folder = waiting.pop()
        for file in folder.glob("*.tf"):
            for source in _CALLED_MODULE.findall(file.read_text(encoding="utf-8")):
                called = (folder / source).resolve()
                if called not in found and called.is_relative_to(root):
                    found.add(called)
                    waiting.append(called)
    return {f"{folder.relative_to(root).as_posix()}/" for folder in found}


def since(environment: Environment, repository: Repository, reference: str, *, uncommitted: bool) -> Affected:
    """The units that the change since `reference` touches, and those that depend on them."""
    base = repository.base(reference)
    change = repository.difference(base, uncommitted=uncommitted)
    now = units(environment, repository.root)
    before = {
        match[1]
        for file in repository.files(base, f"live/{environment.name}")
        if (match := re.fullmatch(r"live/[^/]+/([^/]+)/terragrunt\.hcl", file))
    }
    touched = {name: unit.touched_by(change.present | change.deleted) for name, unit in now.items()}
    if change.deleted:
        for name, files in _read_before(environment, repository, base, change).items():
            touched[name] = sorted({*touched.get(name, []), *files})
    reasons = with_dependents(now, {name: files for name, files in touched.items() if files})
    return Affected(now, reasons, tuple(sorted(before - now.keys())))


def everything(environment: Environment, repository: Repository) -> Affected:
    """All units of an environment."""
    now = units(environment, repository.root)
    return Affected(now, dict.fromkeys(now, "all units are planned"))


def _read_before(
    environment: Environment, repository: Repository, base: str, change: Difference
) -> dict[str, list[str]]:
    """The deleted files that units read before: only the old files can tell."""
    with repository.checked_out(base) as files:
        if not (files / "live" / environment.name).is_dir():
            return {}
        old = Environment(environment.name, environment.account_id, environment.region, live=files / "live")
        return {name: unit.touched_by(change.deleted) for name, unit in units(old, files).items()}


def with_dependents(now: Mapping[str, Unit], touched: Mapping[str, list[str]]) -> dict[str, str]:
    """A reason for each unit to plan; `now` has each unit after those it depends on."""
    reasons: dict[str, str] = {}
    for name, unit in now.items():
        if files := touched.get(name):
            more = f" and {len(files) - 1} more" if len(files) > 1 else ""
            reasons[name] = f"reads {files[0]}{more}"
        elif planned := sorted(unit.needs & reasons.keys()):
            reasons[name] = f"depends on {', '.join(planned)}"
    return reasons
