"""The local AWS of an environment, started and with the state backend in it: where make's targets begin."""

import os
import subprocess
import sys
from pathlib import Path

import environments
import terragrunt_launcher
from local_aws import environment as local_variables
from local_aws import launcher
from local_aws.errors import LocalAwsError
from local_aws.state import Identity, StateDirectory, default_parent

BOOTSTRAP_LIMIT_SECONDS = 180


def ready(
    environment: environments.Environment, parent: Path | None = None, *, enforce_iam: bool = False
) -> dict[str, str]:
    """Start it and create the backend, where they are not there yet; the variables that take it on."""
    state = StateDirectory(parent or default_parent(), environment.name)
    identity = Identity(environment.name, environment.account_id, environment.region)
    record = launcher.start(state, identity, enforce_iam=enforce_iam)
    print(record, file=sys.stderr, flush=True)
    variables = local_variables.applied(state.endpoint(record), os.environ)
    bootstrap(environment, variables)
    return variables


def bootstrap(environment: environments.Environment, variables: dict[str, str]) -> None:
    """One unit creates the backend of all: they share the bucket and the table."""
    command = [
        terragrunt_launcher.COMMAND,
        "backend",
        "bootstrap",
        "--non-interactive",
        "--log-level",
        "error",
    ]
    command += ["--working-dir", str(environment.folder / "kms")]
    try:
        done = subprocess.run(
            command,
            env=variables,
            capture_output=True,
            text=True,
            timeout=BOOTSTRAP_LIMIT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise LocalAwsError(f"the state backend of {environment.name} was not ready in time: {error}") from error
    if done.returncode != 0:
        raise LocalAwsError(f"the state backend of {environment.name} could not be created:\n{done.stderr.strip()}")
