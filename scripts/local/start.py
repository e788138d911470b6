"""Starts the local AWS of an environment and creates its state backend; make's targets use it."""

import os
import sys
from pathlib import Path

from scripts.common import environments
from scripts.local.aws import environment as local_variables
from scripts.local.aws import launcher
from scripts.local.aws.behaviour import DEFAULT, Behaviour
from scripts.local.aws.state import Identity, Record, StateDirectory, default_parent
from scripts.terragrunt import runner


def ready(
    environment: environments.Environment, parent: Path | None = None, *, enforce_iam: bool = False
) -> dict[str, str]:
    """Make sure that it runs with its backend, and return the variables that point a process at it."""
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
    behaviour: Behaviour = DEFAULT,
) -> Record:
    """Start it if it is not running, and let Terragrunt create the state backend if it is missing."""
    identity = Identity(environment.name, environment.account_id, environment.region)
    record = launcher.start(state, identity, from_snapshot, enforce_iam=enforce_iam, behaviour=behaviour)
    variables = local_variables.applied(state.endpoint(record), os.environ)
    with state.starting():
        runner.bootstrap(environment, variables)
    return record
