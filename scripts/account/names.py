"""What an environment's resources are called, and what its env.hcl states, read from the files that say so."""

import re
from dataclasses import dataclass

from scripts.common import environments
from scripts.common.environments import Environment
from scripts.common.errors import UserError

COMMON = environments.LIVE / "_components" / "common.hcl"
FUNCTIONS = ("batch_processor", "request_handler")


@dataclass(frozen=True, slots=True)
class Names:
    """The names of what Terraform makes for an environment, as `_components/common.hcl` builds them."""

    prefix: str
    secret: str
    artifacts_bucket: str
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
    """What env.hcl states of packages and concurrency: a reservation is None where nothing is reserved."""

    architecture: str
    reserved: dict[str, int | None]

    @property
    def reserved_in_all(self) -> int:
        """Concurrent executions that both functions reserve."""
        return sum(count for count in self.reserved.values() if count is not None and count > 0)


def names(environment: Environment) -> Names:
    """The names of an environment's resources; raises UserError where common.hcl does not say one."""
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
    """What env.hcl states; raises UserError where it does not."""
    path = environments.LIVE / environment.name / "env.hcl"
    text = path.read_text(encoding="utf-8")
    architecture = re.search(r'^\s*architecture\s*=\s*"(\w+)"', text, re.MULTILINE)
    block = re.search(r"^\s*reserved_concurrency\s*=\s*\{([^}]*)\}", text, re.MULTILINE)
    if not architecture or not block:
        raise UserError(f"{path} has to state architecture and reserved_concurrency")
    found = dict(re.findall(r"(\w+)\s*=\s*(null|-?\d+)", block[1]))
    if set(found) != set(FUNCTIONS):
        raise UserError(f"{path}: reserved_concurrency has to give a number or null for each of {', '.join(FUNCTIONS)}")
    return Settings(architecture[1], {name: None if found[name] == "null" else int(found[name]) for name in FUNCTIONS})
