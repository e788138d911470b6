"""The local AWS of an environment, started and with the state backend in it: where make's targets begin."""

import os
import sys
from pathlib import Path

from scripts.common import environments
from scripts.local.aws import environment as local_variables
from scripts.local.aws import launcher
from scripts.local.aws.state import Identity, Record, StateDirectory, default_parent
from scripts.terragrunt import runner


def ready(
    environment: environments.Environment, parent: Path | None = None, *, enforce_iam: bool = False
) -> dict[str, str]:
    """Start it and create the backend, where they are not there yet; the variables that point a process at it."""
    state = StateDirectory(parent or default_parent(), environment.name)
    record = start(environment, state, enforce_iam=enforce_iam)
    print(record, file=sys.stderr, flush=True)
    return local_variables.applied(state.endpoint(record), os.environ)


def start(
    environment: environments.Environment,
    state: StateDirectory,
    from_snapshot: Path | None = None,
    *,
    enforce_iam: bool = False,
) -> Record:
    """Start it unless it runs, with the state backend in it as Terragrunt makes it, and return where it answers.

    Terragrunt changes nothing where the backend is there already, as after a restart or from a snapshot.
    """
    identity = Identity(environment.name, environment.account_id, environment.region)
    record = launcher.start(state, identity, from_snapshot, enforce_iam=enforce_iam)
    variables = local_variables.applied(state.endpoint(record), os.environ)
    with state.starting():
        runner.bootstrap(environment, variables)
    return record
