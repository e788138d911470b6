"""The folder of plans: who may read it, what lies where, and whether it is still what was planned.

Plans hold in plain text what Terraform hides on the screen, as their JSON shows (`before_sensitive`,
https://developer.hashicorp.com/terraform/internals/json-format). So the folder is for its owner only, and never in what
git would commit.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from scripts.common.errors import UserError
from scripts.units import changes
from scripts.units.changes import UnitChanges
from scripts.units.manifest import Manifest, UnitPlan, digest, parse
from scripts.units.repository import Repository

FOLDER_MODE, FILE_MODE = 0o700, 0o600
PLAN, PLAN_JSON = "tfplan.tfplan", "tfplan.json"
"""As Terragrunt names them: https://docs.terragrunt.com/reference/cli/commands/run (`--out-dir`, `--json-out-dir`)."""
MANIFEST = "manifest.json"
_OWN = frozenset({MANIFEST, "progress.json", "findings.json", "plan.md", "plan.html"})


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of plans."""

    path: Path

    def unit(self, name: str) -> Path:
        """The folder of one unit's plan."""
        return self.path / "units" / name

    @property
    def units(self) -> Path:
        """What Terragrunt takes as the folder of plans."""
        return self.path / "units"

    def prepare(self, repository: Repository) -> None:
        """Create it, or remove what an earlier plan left in it.

        Raises UserError where git would commit it, or where it holds files that are not of a plan.
        """
        if not repository.is_ignored(self.path):
            raise UserError(
                f"{self.path} is in the checkout and git does not ignore it. Plans may hold secrets: choose a folder "
                "elsewhere, or one below .local/."
            )
        self.path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        self.path.chmod(FOLDER_MODE)
        there = sorted(self.path.iterdir())
        foreign = [one.name for one in there if one.name not in _OWN | {"units", "again"}]
        if foreign or (there and not any(one.name in {MANIFEST, "units"} for one in there)):
            raise UserError(f"{self.path} holds something else than plans ({there[0].name}): choose a new folder.")
        for one in there:
            _remove(one)

    def write(self, name: str, content: bytes) -> Path:
        """Write one of its files completely or not at all."""
        file = self.path / name
        temporary = file.with_name(f".{file.name}.new")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
        with os.fdopen(descriptor, "wb") as target:
            target.write(content)
            target.flush()
            os.fsync(target.fileno())
        temporary.replace(file)
        return file

    def close(self) -> None:
        """Take from others what the programs that wrote into it may have left readable."""
        for one in [self.path, *self.path.rglob("*")]:
            one.chmod(FOLDER_MODE if one.is_dir() else FILE_MODE)

    def digests(self, name: str) -> dict[str, str]:
        """The digest of each file of a unit's plan."""
        return {file.name: digest(file.read_bytes()) for file in sorted(self.unit(name).iterdir())}

    def manifest(self) -> Manifest:
        """What was planned; raises UserError where the folder holds no plan."""
        file = self.path / MANIFEST
        try:
            return parse(file.read_bytes(), file)
        except FileNotFoundError:
            raise UserError(
                f"{self.path} holds no plan ({MANIFEST} is missing). Make one: units plan --out {self.path}"
            ) from None
        except OSError as error:
            raise UserError(f"{file} cannot be read: {error.strerror}") from error

    def check(self, units: Iterable[UnitPlan]) -> None:
        """Raise UserError, which names the file, where a plan is not the one that was made."""
        for unit in units:
            there = self.digests(unit.name) if self.unit(unit.name).is_dir() else {}
            for name in sorted(unit.digests.keys() | there.keys()):
                if unit.digests.get(name) == there.get(name):
                    continue
                what = "is missing" if name not in there else "was changed" if name in unit.digests else "was added"
                raise UserError(
                    f"{self.unit(unit.name) / name} {what} after the plan was made, so nobody has reviewed what would "
                    "be applied. Nothing was applied. Plan again."
                )

    def changes(self, unit: UnitPlan) -> UnitChanges:
        """What a unit's plan would do."""
        return changes.read(self.unit(unit.name) / PLAN_JSON) if unit.has_changes else UnitChanges()


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        for inner in path.iterdir():
            _remove(inner)
        path.rmdir()
    else:
        path.unlink()
