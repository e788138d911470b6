"""The AWS that is verified: the real one, the one this shell points to, or a local AWS that is started for it."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.common.aws_target import AwsTarget, choose, pointing_at
from scripts.common.commands import running
from scripts.common.environments import Environment
from scripts.common.errors import UserError
from scripts.common.paths import LIVE, command
from scripts.local.aws import environment as local_variables
from scripts.local.aws import launcher
from scripts.local.aws.state import Identity, StateDirectory
from scripts.local.runtime import machine
from scripts.packages import architectures

RUNTIME_LIMIT_SECONDS = 4 * 3600.0
"""Longer than any run: what is started here is stopped when the run ends."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where requests go. `name` is the same in a later process, so that a run can be continued."""

    kind: AwsTarget
    name: str
    variables: Mapping[str, str]

    @property
    def needs_credentials(self) -> bool:
        """Whether the database asks for a real user and password."""
        return self.kind is AwsTarget.REAL


@contextmanager
def opened(asked: str | None, environment: Environment, folder: Path) -> Iterator[Target]:
    """Choose the AWS and point this process at it; raises UserError as `aws_target.choose` does.

    With `local` it is the AWS on this machine that the shell points to, whichever program that is and whoever runs its
    functions. Where the shell points to none, a local AWS that enforces IAM is started in `folder` with a runtime for
    its functions; both end with the block, and the data is kept.
    """
    kind = choose(asked)
    url = os.environ.get("AWS_ENDPOINT_URL", "")
    if kind is AwsTarget.REAL:
        yield Target(kind, "AWS itself", dict(os.environ))
    elif os.environ.get("CSVBATCH_AWS") == AwsTarget.LOCAL and url:
        yield Target(kind, url, dict(os.environ))
    else:
        with _started(environment, folder) as variables, pointing_at(variables):
            yield Target(kind, f"local AWS in {folder}", variables)


@contextmanager
def _started(environment: Environment, folder: Path) -> Iterator[Mapping[str, str]]:
    machine.check("each function", architectures.of(LIVE, environment.name))
    state = StateDirectory(folder / "aws", environment.name)
    identity = Identity(environment.name, environment.account_id, environment.region)
    record = launcher.start(state, identity, enforce_iam=True)
    try:
        variables = local_variables.applied(state.endpoint(record), os.environ)
        # A separate cache, so that a plan can run at the same time.
        variables.setdefault("TG_DOWNLOAD_DIR", str(folder / "terragrunt-cache"))
        serve = [command("local-runtime"), "--env", environment.name, "--home", str(folder / "runtime")]
        serve += ["--state-dir", str(folder / "aws"), "--database", f"sqlite:///{folder / 'store.db'}", "serve"]
        with running(serve, limit_seconds=RUNTIME_LIMIT_SECONDS, environment=variables) as runtime:
            said = []
            for line in runtime.lines():
                said.append(line)
                if line.startswith("serving "):
                    break
            else:
                raise UserError(f"local-runtime did not start:\n{''.join(said)}")
            yield variables
    finally:
        if state.running():
            launcher.stop(state, save=True)
