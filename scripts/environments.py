"""The environments under live/, as their env.hcl files state them."""

import re
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
LIVE = REPOSITORY / "live"


class UnknownEnvironmentError(Exception):
    """No such environment, or an env.hcl that does not say what an environment must say."""


@dataclass(frozen=True, slots=True)
class Environment:
    """One folder of live/: its name, the twelve digits of its account, and its region."""

    name: str
    account_id: str
    region: str

    @property
    def folder(self) -> Path:
        """Where its units are."""
        return LIVE / self.name

    def units(self) -> list[str]:
        """The names of its units, sorted."""
        return sorted(path.parent.name for path in self.folder.glob("*/terragrunt.hcl"))


def names(live: Path = LIVE) -> list[str]:
    """Every environment there is, sorted."""
    return sorted(path.parent.name for path in live.glob("*/env.hcl"))


def load(name: str, live: Path = LIVE) -> Environment:
    """The environment of that name; UnknownEnvironmentError names those there are."""
    path = live / name / "env.hcl"
    if not path.is_file():
        raise UnknownEnvironmentError(
            f"There is no environment {name!r}: {path} does not exist. There are: {', '.join(names(live)) or 'none'}."
        )
    text = path.read_text(encoding="utf-8")
    environment = Environment(
        _attribute(text, "environment", path),
        _attribute(text, "account_id", path),
        _attribute(text, "region", path),
    )
    if environment.name != name:
        raise UnknownEnvironmentError(f"{path} says environment = {environment.name!r}, and its folder is {name!r}.")
    if not re.fullmatch(r"\d{12}", environment.account_id):
        raise UnknownEnvironmentError(f"{path}: account_id {environment.account_id!r} is not twelve digits.")
    return environment


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
        raise UnknownEnvironmentError(f'{path} has no line `{name} = "…"`, which every environment needs.')
    return found[1]
