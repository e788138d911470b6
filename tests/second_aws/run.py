"""One run of the comparison, step by step."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from scripts.common.environments import Environment
from scripts.common.errors import UserError
from scripts.local.aws.server import LocalAws
from scripts.terragrunt import runner
from scripts.terragrunt.every_unit import apply
from tests.integration.least_privilege.enforced import Dev
from tests.second_aws import answers, demo, denials, events, refusals, units
from tests.second_aws.differences import Difference
from tests.second_aws.server import Ministack
from tests.second_aws.states import identifiers, resources
from tests.support import moments
from tests.support.leftovers import what_is_left
from tests.support.platform import Platform

DATA_BUCKET = "s3/aws_s3_bucket.this"


@dataclass
class Run:
    """The two AWSs, what was counted, and what differs."""

    environment: Environment
    ministack: Ministack
    folder: Path
    say: Callable[[str], None]
    differences: list[Difference] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def all(self, rows: int) -> None:
        """Every step; raises UserError at the first that fails."""
        second = Platform(self.environment.name, self.ministack, self.folder / "terragrunt-cache")
        self.apply(second)
        self.plan_again(second)
        snapshot = moments.of_dev(self.folder / "terragrunt-cache-of-ours").applied
        environment = self.environment
        with LocalAws(
            environment.name, environment.account_id, environment.region, snapshot, enforce_iam=True
        ) as local:
            ours = Platform(environment.name, local, self.folder / "terragrunt-cache-of-ours")
            self.ask(ours, second)
            self.load(second, rows)
            self.receive(ours, second)
            self.deny(Dev(local), denials.DevOnMinistack(self.ministack))
        self.destroy(second)
        self.refuse()

    def apply(self, second: Platform) -> None:
        """Create the state backend, and apply every unit."""
        self.say("creating the state backend")
        runner.bootstrap(self.environment, second.variables)
        apply(self.environment, second.variables, self.say)
        self.counts["units"] = len(self.environment.units())

    def plan_again(self, second: Platform) -> None:
        """Plan every unit again."""
        self.say("planning again")
        self._note("plan", units.plan_again(self.environment, second.variables, self.folder / "plans"))

    def ask(self, ours: Platform, second: Platform) -> None:
        """Ask both what Terraform's provider asks, about each resource."""
        states = [resources(self.environment, one.client("s3")) for one in (ours, second)]
        known = identifiers(*states)
        bucket = next(one.attributes["bucket"] for one in states[0] if one.address == DATA_BUCKET)
        asked = [
            answers.questions([answers.account(platform, bucket), *state])
            for platform, state in zip((ours, second), states, strict=True)
        ]
        if asked[0].keys() != asked[1].keys():
            raise UserError(f"only one of the two has: {sorted(asked[0].keys() ^ asked[1].keys())}")
        agreed = 0
        for key, question in asked[0].items():
            given = [
                answers.normalised(answers.ask(platform, questions[key]), names)
                for platform, questions, names in zip((ours, second), asked, known, strict=True)
            ]
            found = list(answers.compared(question.name, *given))
            agreed += not found
            self.differences += found
        self.counts |= {"calls": len(asked[0]), "agreed": agreed}
        self.say(f"{len(asked[0])} calls asked of both, {agreed} answered alike")

    def load(self, second: Platform, rows: int) -> None:
        """Load the demo's files with MiniStack's runtime."""
        batches = demo.load(second, self.ministack, self.folder / "demo", rows, self.say)
        self.counts |= {
            "files": len(batches),
            "rows": sum(one.rows_read for one in batches),
            "merged": sum(one.rows_merged for one in batches),
            "rejected": sum(one.rows_rejected for one in batches),
        }

    def receive(self, ours: Platform, second: Platform) -> None:
        """Compare the events that functions get."""
        self.counts["events"] = len(events.WANTED)
        self._note("event", events.compared(ours, second, self.ministack))

    def deny(self, ours: Dev, second: Dev) -> None:
        """Try what no role may do, on both."""
        found = denials.compared(denials.prepared(ours), denials.prepared(second))
        self.counts["denials"] = len(denials.DENIALS) + len(denials.PERMITS)
        self._note("denial", found)

    def destroy(self, second: Platform) -> None:
        """Destroy every unit; raises UserError where something is left."""
        # Terraform does not know the secret.
        second.client("secretsmanager").delete_secret(SecretId=denials.OTHER_SECRET, ForceDeleteWithoutRecovery=True)
        units.destroy(self.environment, second.variables)
        left = what_is_left(second)
        if left:
            raise UserError(f"after the destroy MiniStack still has {left}")
        self.say("destroyed; nothing is left but the state backend")

    def refuse(self) -> None:
        """Send both what AWS refuses."""
        found = list(refusals.compared(self.folder / "refusals"))
        self.counts["requests that AWS refuses"] = len(refusals.REQUESTS)
        self._note("refusal", found)

    def _note(self, kind: str, found: list[Difference]) -> None:
        self.differences += found
        self.say(f"{kind}: {len(found)} differences")
