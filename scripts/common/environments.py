"""The environments under live/, as their env.hcl files state them.

Nothing outside live/ knows one by its name: an environment is added by copying a folder and editing its env.hcl.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from scripts.common.errors import UserError
from scripts.common.paths import LIVE as LIVE
from scripts.common.paths import REPOSITORY as REPOSITORY


@dataclass(frozen=True, slots=True)
class Environment:
    """One folder of live/: its name, the twelve digits of its account, its region, and whether it is production.

    What does not say `production = false` counts as production, so that nothing loses its protection by a missing line.
    """

    name: str
    account_id: str
    region: str
    production: bool = True
    live: Path = field(default=LIVE, compare=False, repr=False)

    @property
    def folder(self) -> Path:
        """Where its units are."""
        return self.live / self.name

    @property
    def state_name(self) -> str:
        """The bucket of its states, and the table of their locks; terragrunt.hcl composes it in the same way."""
        return f"{project(self.live)}-{self.account_id}-{self.region}-tfstate"

    @property
    def prefix(self) -> str:
        """What the names of its resources begin with, as live/_components/common.hcl composes them."""
        return f"{project(self.live)}-{self.name}"

    def units(self) -> list[str]:
        """The names of its units, sorted."""
        return sorted(path.parent.name for path in self.folder.glob("*/terragrunt.hcl"))


def names(live: Path = LIVE) -> list[str]:
    """Every environment there is, sorted."""
    return sorted(path.parent.name for path in live.glob("*/env.hcl"))


def load(name: str, live: Path = LIVE) -> Environment:
    """The environment of that name; UserError names those there are."""
    path = live / name / "env.hcl"
    if not path.is_file():
        raise UserError(
            f"There is no environment {name!r}: {path} does not exist. There are: {', '.join(names(live)) or 'none'}."
        )
    text = path.read_text(encoding="utf-8")
    environment = Environment(
        _attribute(text, "environment", path),
        _attribute(text, "account_id", path),
        _attribute(text, "region", path),
        production=not re.search(r"^\s*production\s*=\s*false\s*(?:#.*)?$", text, re.MULTILINE),
        live=live,
    )
    if environment.name != name:
        raise UserError(f"{path} says environment = {environment.name!r}, and its folder is {name!r}.")
    if not re.fullmatch(r"\d{12}", environment.account_id):
        raise UserError(f"{path}: account_id {environment.account_id!r} is not twelve digits.")
    return environment


def default(live: Path = LIVE) -> Environment:
    """The environment that commands take where none is named: the first that is not production, else the first.

    UserError where there is none at all.
    """
    found = [load(name, live) for name in names(live)]
    if not found:
        raise UserError(f"There is no environment: no folder of {live} has an env.hcl.")
    return next((one for one in found if not one.production), found[0])


def project(live: Path = LIVE) -> str:
    """The project's name, which all names of resources begin with."""
    path = live / "_components" / "common.hcl"
    return _attribute(path.read_text(encoding="utf-8"), "project", path)


def of_folder(folder: Path, live: Path = LIVE) -> Environment | None:
    """The environment a folder stands in, or None outside live/<environment>."""
    try:
        name = folder.resolve().relative_to(live.resolve()).parts[0]
    except (ValueError, IndexError):
        return None
    return load(name, live)


def _attribute(text: str, name: str, path: Path) -> str:
    found = re.search(rf'^\s*{name}\s*=\s*"([^"$]*)"\s*(?:#.*)?$', text, re.MULTILINE)
    if not found:
        raise UserError(f'{path} has no line `{name} = "…"`, which every environment needs.')
    return found[1]
