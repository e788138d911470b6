"""The environments under live/, as their env.hcl files state them.

No code outside live/ mentions an environment by name: to add one, copy a folder and edit its env.hcl.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from scripts.common.errors import UserError
from scripts.common.paths import LIVE


@dataclass(frozen=True, slots=True)
class Environment:
    """One folder of live/: its name, the twelve digits of its account, its region, and whether it is production.

    Without a line `production = false` it counts as production, so that a missing line never removes protection.
    """

    name: str
    account_id: str
    region: str
    production: bool = True
    live: Path = field(default=LIVE, compare=False, repr=False)

    @property
    def folder(self) -> Path:
        """The folder of its units."""
        return self.live / self.name

    @property
    def state_name(self) -> str:
        """The name of the state bucket and of the lock table; live/_components/common.hcl builds the same."""
        return f"{project(self.live)}-{self.account_id}-{self.region}-tfstate"

    @property
    def prefix(self) -> str:
        """The beginning of its resources' names; live/_components/common.hcl builds the same."""
        return f"{project(self.live)}-{self.name}"

    def state_key(self, unit: str) -> str:
        """The key of a unit's state in the state bucket."""
        return f"live/{self.name}/{unit}/terraform.tfstate"

    def units(self) -> list[str]:
        """The names of its units, sorted."""
        return sorted(path.parent.name for path in self.folder.glob("*/terragrunt.hcl"))


def names(live: Path = LIVE) -> list[str]:
    """The names of all environments, sorted."""
    return sorted(path.parent.name for path in live.glob("*/env.hcl"))


def load(name: str, live: Path = LIVE) -> Environment:
    """The environment of that name; raises UserError, which lists the names, where there is none."""
    path = live / name / "env.hcl"
    if not path.is_file():
        raise UserError(
            f"There is no environment {name!r}: {path} does not exist. There are: {', '.join(names(live)) or 'none'}."
        )
    text = path.read_text(encoding="utf-8")
    environment = Environment(
        attribute(text, "environment", path),
        attribute(text, "account_id", path),
        attribute(text, "region", path),
        production=not re.search(r"^\s*production\s*=\s*false\s*(?:#.*)?$", text, re.MULTILINE),
        live=live,
    )
    if environment.name != name:
        raise UserError(f"{path} says environment = {environment.name!r}, but its folder is {name!r}.")
    if not re.fullmatch(r"\d{12}", environment.account_id):
        raise UserError(f"{path}: account_id {environment.account_id!r} is not twelve digits.")
    return environment


def default(live: Path = LIVE) -> Environment:
    """The environment for commands that name none: the first that is not production, else the first.

    Raises UserError where there is no environment at all.
    """
    found = [load(name, live) for name in names(live)]
    if not found:
        raise UserError(f"There is no environment: no folder of {live} has an env.hcl.")
    return next((one for one in found if not one.production), found[0])


def project(live: Path = LIVE) -> str:
    """The project's name, with which the names of all resources begin."""
    path = live / "_components" / "common.hcl"
    return attribute(path.read_text(encoding="utf-8"), "project", path)


def of_folder(folder: Path, live: Path = LIVE) -> Environment | None:
    """The environment that a folder belongs to, or None outside live/<environment>."""
    try:
        name = folder.resolve().relative_to(live.resolve()).parts[0]
    except (ValueError, IndexError):
        return None
    return load(name, live)


def is_true(text: str, name: str) -> bool:
    """Whether a file has the line `name = true`."""
    return re.search(rf"^\s*{name}\s*=\s*true\s*(?:#.*)?$", text, re.MULTILINE) is not None


def attribute(text: str, name: str, path: Path) -> str:
    """The value of a line `name = "…"`; raises UserError, which names the file, where there is none."""
    found = re.search(rf'^\s*{name}\s*=\s*"([^"$]*)"\s*(?:#.*)?$', text, re.MULTILINE)
    if not found:
        raise UserError(f'{path} has no line `{name} = "…"`, which every environment needs.')
    return found[1]
