"""Which AWS a command talks to, the local one or the real one; neither may be taken for the other."""

import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

CREDENTIAL_VARIABLES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
)


class AwsTarget(StrEnum):
    """The two AWSs there are."""

    LOCAL = "local"
    REAL = "real"


class AwsTargetError(Exception):
    """A choice that has to be made by the user, or one that contradicts what is set."""


def choose(asked: str | None, variables: Mapping[str, str] = os.environ, home: Path | None = None) -> AwsTarget:
    """What was asked for; with nothing asked, the local AWS where no real credentials could be meant.

    AwsTargetError where credentials are there and nothing was asked, or where a real AWS was asked for in a
    shell that has taken on a local one.
    """
    taken_on = variables.get("CSVBATCH_AWS") == AwsTarget.LOCAL
    if asked == AwsTarget.REAL and (taken_on or variables.get("AWS_ENDPOINT_URL")):
        raise AwsTargetError(
            f"AWS=real was asked for, but this shell points to "
            f"{variables.get('AWS_ENDPOINT_URL', 'a local AWS')}. Use a shell of its own for the real one."
        )
    if asked in set(AwsTarget):
        return AwsTarget(asked)
    if asked:
        raise AwsTargetError(f"AWS={asked} is neither 'local' nor 'real'.")
    credentials = [] if taken_on else _credentials(variables, home or Path.home())
    if credentials:
        raise AwsTargetError(
            f"Real AWS credentials are here ({', '.join(credentials)}). Say which AWS is meant: AWS=local or AWS=real."
        )
    return AwsTarget.LOCAL


def _credentials(variables: Mapping[str, str], home: Path) -> list[str]:
    files = (
        Path(variables.get("AWS_SHARED_CREDENTIALS_FILE") or home / ".aws" / "credentials"),
        Path(variables.get("AWS_CONFIG_FILE") or home / ".aws" / "config"),
    )
    return [name for name in CREDENTIAL_VARIABLES if variables.get(name)] + [
        str(path) for path in files if path.is_file()
    ]
