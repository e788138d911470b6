"""The names of an environment's resources and the settings of its env.hcl, read from the files that state them."""

import re
from dataclasses import dataclass

from scripts.common import environments
from scripts.common.environments import Environment
from scripts.common.errors import UserError
from scripts.common.paths import LIVE

COMMON = LIVE / "_components" / "common.hcl"
FUNCTIONS = ("batch_processor", "request_handler")


@dataclass(frozen=True, slots=True)
class Names:
    """The names of an environment's resources, as `_components/common.hcl` builds them."""

    prefix: str
    secret: str
    artifacts_bucket: str
    data_bucket: str
    batch_processor: str
    request_handler: str

    @property
    def topic(self) -> str:
        """The SNS topic of the alarms, as modules/monitoring calls it."""
        return f"{self.prefix}-alarms"

    @property
    def rule(self) -> str:
        """The rule for new objects, as modules/eventbridge calls it; the schedule group is called `prefix`."""
        return f"{self.prefix}-object-created"


@dataclass(frozen=True, slots=True)
class Settings:
    """What env.hcl states about packages and concurrency; a reservation is None where nothing is reserved."""

    architecture: str
    reserved: dict[str, int | None]

    @property
    def reserved_in_all(self) -> int:
        """Concurrent executions that the functions reserve together."""
        return sum(count for count in self.reserved.values() if count is not None and count > 0)


def names(environment: Environment) -> Names:
    """The names of an environment's resources; raises UserError where common.hcl does not define one."""
    stated = dict(re.findall(r'^\s*(\w+)\s*=\s*"([^"]*)"', COMMON.read_text(encoding="utf-8"), re.MULTILINE))
    known = {
        "env.environment": environment.name,
        "env.account_id": environment.account_id,
        "env.region": environment.region,
    }

    def value(name: str) -> str:
        if name not in stated:
            raise UserError(f'{COMMON} has no line `{name} = "…"`')
        return re.sub(r"\$\{local\.([\w.]+)\}", lambda found: known.get(found[1]) or value(found[1]), stated[name])

    return Names(**{name: value(name) for name in Names.__dataclass_fields__})


def settings(environment: Environment) -> Settings:
    """What env.hcl states; raises UserError where a setting is missing."""
    path = environment.folder / "env.hcl"
    text = path.read_text(encoding="utf-8")
    block = re.search(r"^\s*reserved_concurrency\s*=\s*\{([^}]*)\}", text, re.MULTILINE)
    found = dict(re.findall(r"(\w+)\s*=\s*(null|-?\d+)", block[1] if block else ""))
    if set(found) != set(FUNCTIONS):
        raise UserError(f"{path}: reserved_concurrency needs a number or null for each of {', '.join(FUNCTIONS)}.")
    architecture = environments.attribute(text, "architecture", path)
    return Settings(architecture, {name: None if found[name] == "null" else int(found[name]) for name in FUNCTIONS})
