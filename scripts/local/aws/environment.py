"""The environment variables that point AWS tools at a local AWS, and at nothing else."""

import os
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ACCESS_KEY_ID = "LOCALAWSNOTAREALKEY0"
"""In the form that moto requires, and clearly not a real key."""
SECRET_ACCESS_KEY = "local-aws-not-a-real-secret"

SERVICE_HEADER = "X-Local-Aws-Service"
"""With the credentials above: the AWS service that the caller acts as, such as `lambda.amazonaws.com`."""
SOURCE_HEADER = "X-Local-Aws-Source-Arn"
"""The ARN of the resource that the service acts for."""

_OTHER_CREDENTIALS_AND_ENDPOINTS = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_USE_FIPS_ENDPOINT",
)
_THIS_MACHINE = "127.0.0.1"
_SERVICE_ENDPOINT = re.compile(r"AWS_ENDPOINT_URL_\w+|(TF_)?AWS_\w+_ENDPOINT(_URL)?")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The URL of a local AWS, and its account."""

    account_id: str
    region: str
    url: str
    ca_bundle: Path


def settings(endpoint: Endpoint, inherited: Mapping[str, str]) -> dict[str, str]:
    """The variables to set in a process with the inherited ones."""
    nowhere = os.devnull
    without_proxy = hosts_without_proxy(inherited)
    return {
        "AWS_ENDPOINT_URL": endpoint.url,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
        "AWS_REGION": endpoint.region,
        "AWS_DEFAULT_REGION": endpoint.region,
        "AWS_CA_BUNDLE": str(endpoint.ca_bundle),
        "AWS_CONFIG_FILE": nowhere,
        "AWS_SHARED_CREDENTIALS_FILE": nowhere,
        "AWS_EC2_METADATA_DISABLED": "true",
        "CSVBATCH_AWS": "local",
        "NO_PROXY": without_proxy,
        "no_proxy": without_proxy,
    }


def removals(inherited: Mapping[str, str]) -> list[str]:
    """The variables to unset: other credentials, and endpoints of single services."""
    elsewhere = (name for name in inherited if _SERVICE_ENDPOINT.fullmatch(name))
    return sorted({*_OTHER_CREDENTIALS_AND_ENDPOINTS, *elsewhere})


def applied(endpoint: Endpoint, inherited: Mapping[str, str]) -> dict[str, str]:
    """A complete process environment that uses `endpoint` and no other AWS."""
    removed = set(removals(inherited))
    kept = {name: value for name, value in inherited.items() if name not in removed}
    return kept | settings(endpoint, inherited)


def shell_lines(endpoint: Endpoint, inherited: Mapping[str, str]) -> Iterator[str]:
    """Lines for a POSIX shell to evaluate."""
    for name in removals(inherited):
        yield f"unset {name}"
    for name, value in settings(endpoint, inherited).items():
        yield f"export {name}={shlex.quote(value)}"


def hosts_without_proxy(inherited: Mapping[str, str]) -> str:
    """The value of `NO_PROXY` with this machine added to the hosts that it has already, in either spelling.

    An asterisk stays alone, because Python reads it as every host only if nothing else is listed:
    https://docs.python.org/3/library/urllib.request.html#urllib.request.ProxyHandler.
    """
    given = f"{inherited.get('no_proxy', '')},{inherited.get('NO_PROXY', '')}"
    hosts = [host.strip() for host in given.split(",") if host.strip()]
    return "*" if "*" in hosts else ",".join(dict.fromkeys([*hosts, _THIS_MACHINE]))
