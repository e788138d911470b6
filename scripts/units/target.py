"""The AWS that is planned and applied to: the real one, one this shell points to, or the environment's local AWS."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from scripts.account.account import connect
from scripts.common import tools
from scripts.common.aws_target import AwsTarget, choose, pointing_at
from scripts.common.environments import Environment
from scripts.common.errors import UserError
from scripts.local import start
from scripts.terragrunt import launcher, run_refusals

NAMES = {AwsTarget.LOCAL: "a local AWS", AwsTarget.REAL: "AWS itself"}


@dataclass(frozen=True, slots=True)
class Target:
    """An AWS whose account and state backend were checked: its name in words, and a client of S3.

    `variables` are for programs. `terragrunt` is the real one: the launcher would check the same again, with an import
    of boto3 that takes as long as all that Terragrunt itself does.
    """

    name: str
    variables: Mapping[str, str]
    s3: Any
    terragrunt: str


@contextmanager
def opened(asked: str | None, environment: Environment) -> Iterator[Target]:
    """Choose the AWS as `aws_target.choose` does, and point this process at it.

    Raises UserError where the credentials are of another account, or there is no state backend.
    """
    kind = choose(asked)
    points_at_one = os.environ.get("CSVBATCH_AWS") == AwsTarget.LOCAL and os.environ.get("AWS_ENDPOINT_URL")
    starts = kind is AwsTarget.LOCAL and not points_at_one
    variables = start.ready(environment) if starts else dict(os.environ)
    with pointing_at(variables):
        s3 = connect(environment).client("s3")
        if refused := run_refusals.no_backend(environment, s3):
            raise UserError(refused)
        found = tools.read()
        yield Target(NAMES[kind], launcher.tool_environment(found, variables), s3, found.terragrunt)
