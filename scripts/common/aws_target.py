"""Which AWS a command talks to: the local one or the real one; the two must never be mixed up."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from scripts.common.errors import UserError

CREDENTIAL_VARIABLES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
)


class AwsTarget(StrEnum):
    """Where a command's requests go."""

    LOCAL = "local"
    REAL = "real"


def choose(asked: str | None, variables: Mapping[str, str] = os.environ, home: Path | None = None) -> AwsTarget:
    """What was asked for; with nothing asked, the local AWS where no real credentials could be meant.

    Raises UserError where real credentials are present and nothing was asked, or where the real AWS was asked for in
    a shell that points at a local one.
    """
    points_at_local = variables.get("CSVBATCH_AWS") == AwsTarget.LOCAL
    if asked == AwsTarget.REAL and (points_at_local or variables.get("AWS_ENDPOINT_URL")):
        raise UserError(
            f"AWS=real was asked for, but this shell points to "
            f"{variables.get('AWS_ENDPOINT_URL', 'a local AWS')}. Use another shell for the real AWS."
        )
    if asked in set(AwsTarget):
        return AwsTarget(asked)
    if asked:
        raise UserError(f"AWS={asked} is neither 'local' nor 'real'.")
    credentials = [] if points_at_local else _credentials(variables, home or Path.home())
    if credentials:
        raise UserError(
            f"Real AWS credentials are present ({', '.join(credentials)}). "
            "Say which AWS is meant: AWS=local or AWS=real."
        )
    return AwsTarget.LOCAL


def is_local(url: str) -> bool:
    """Whether an endpoint is on this machine."""
    return urlsplit(url).hostname in {"127.0.0.1", "localhost", "::1"}


def require_local(*endpoints: str, variables: Mapping[str, str] = os.environ) -> None:
    """Raise UserError where this shell points at the local AWS, but one of the endpoints is elsewhere."""
    if variables.get("CSVBATCH_AWS") != AwsTarget.LOCAL:
        return
    for endpoint in endpoints:
        if not is_local(endpoint):
            raise UserError(
                f"CSVBATCH_AWS asks for the local AWS, but {endpoint} would answer: set all variables of the local AWS "
                '(eval "$(local-aws env ENV)"), or unset CSVBATCH_AWS.'
            )


@contextmanager
def pointing_at(variables: Mapping[str, str]) -> Iterator[None]:
    """Give this process these variables: boto3 reads endpoint, credentials and certificates from them."""
    before = dict(os.environ)
    try:
        os.environ.clear()
        os.environ.update(variables)
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _credentials(variables: Mapping[str, str], home: Path) -> list[str]:
    files = (
        Path(variables.get("AWS_SHARED_CREDENTIALS_FILE") or home / ".aws" / "credentials"),
        Path(variables.get("AWS_CONFIG_FILE") or home / ".aws" / "config"),
    )
    return [name for name in CREDENTIAL_VARIABLES if variables.get(name)] + [
        str(path) for path in files if path.is_file()
    ]
