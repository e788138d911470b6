"""What jobs do with an environment from its first apply to its end, each with its role, where IAM is enforced."""

from collections.abc import Set
from dataclasses import dataclass, field
from pathlib import Path

from tests.integration.ci_roles.changed import changed
from tests.integration.ci_roles.integration import APPLY, PLAN, SUBJECTS, Integration
from tests.integration.ci_roles.tokens import token
from tests.integration.least_privilege.enforced import IamDecision, iam_decisions
from tests.support.platform import DEV, TERRAGRUNT, Platform, Ran

UNIT = "ci_roles"
_OTHERS = ("--filter", f"!./{UNIT}")
_SECONDS = 3000


@dataclass
class Flow:
    """How each step ended, and what IAM decided."""

    steps: dict[str, Ran] = field(default_factory=dict)
    decisions: Set[IamDecision] = frozenset()


def flow_of(integration: Integration, cache: Path, folder: Path) -> Flow:
    """Let an administrator make the roles, and jobs do the rest."""
    flow = Flow()
    administrator = Platform(DEV.name, integration.server, cache)
    administrator.bootstrap()
    administrator.terragrunt("apply", "-auto-approve", unit=UNIT, seconds=_SECONDS).expect_success()

    def job(step: str, role: str, *arguments: str, units: Path = DEV.folder) -> None:
        platform = administrator.setting(**integration.assume(role, token(SUBJECTS[role])))
        flow.steps[step] = platform.run([TERRAGRUNT, *arguments], units, _SECONDS)

    job("plan of nothing", PLAN, "run", "--all", "plan")
    job("apply", APPLY, "run", "--all", "apply")
    job("plan", PLAN, "run", "--all", "plan")
    job("change", APPLY, "run", "--all", "apply", *_OTHERS, units=changed(folder))
    job("one unit as before", APPLY, "apply", "-auto-approve", units=DEV.folder / "lambda_batch_processor")
    job("destroy", APPLY, "run", "--all", "destroy", *_OTHERS)
    flow.decisions = set(iam_decisions(integration.server.log))
    return flow
