"""The `put-oracle-secret` command: Oracle credentials go from standard input into their secret, and nowhere else.

No value is ever printed, nor the text of an unexpected error, which may quote one.
"""

import argparse
import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import boto3

from scripts.account.account import called, client
from scripts.account.oracle_credentials import InputError, read_credentials
from scripts.common.errors import UserError, run_main

_NAME = re.compile(r"[A-Za-z0-9/_+=.@-]{1,512}")
_ARN = re.compile(
    r"arn:[a-z-]+:secretsmanager:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12}):secret:[A-Za-z0-9/_+=.@-]+"
)
_SIGN_IN = "the AWS credentials are not valid, or have expired: sign in again"
_KEY = "Secrets Manager cannot use the secret's key: check that it is enabled"
_ADVICE = {
    "AccessDeniedException": "the caller needs secretsmanager:PutSecretValue on the secret, and kms:Decrypt "
    "and kms:GenerateDataKey on its key",
    "DecryptionFailure": _KEY,
    "EncryptionFailure": _KEY,
    "ExpiredToken": _SIGN_IN,
    "ExpiredTokenException": _SIGN_IN,
    "InvalidClientTokenId": _SIGN_IN,
    "InvalidRequestException": "the secret is scheduled for deletion, or another service manages it",
    "ResourceNotFoundException": "there is no such secret in that account and region: check its name, or "
    "apply the unit secrets first",
    "UnrecognizedClientException": _SIGN_IN,
}


@dataclass(frozen=True, slots=True)
class Target:
    """The secret that is meant, and the AWS that it is in."""

    secret_id: str
    account_id: str
    identity_endpoint: str
    secrets: Any

    def __str__(self) -> str:
        """Where the credentials are about to go, for a person to check."""
        return (
            f"account {self.account_id} (according to {self.identity_endpoint}), "
            f"endpoint {self.secrets.meta.endpoint_url}, secret {self.secret_id}"
        )

    def put(self, credentials: Mapping[str, str | int]) -> str:
        """Make the credentials the secret's current value; return its ARN and the new version."""
        value = json.dumps(credentials)
        stored = called(self.secrets.put_secret_value, advice=_ADVICE, SecretId=self.secret_id, SecretString=value)
        return f"{stored['ARN']}, version {stored['VersionId']}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0, 1 where AWS refused, or 2 where the input cannot be used."""
    return run_main("put-oracle-secret", lambda: _run(arguments))


def _run(arguments: Sequence[str] | None) -> int:
    try:
        target = find_target(_secret_id(arguments))
        print(f"put-oracle-secret: {target}", file=sys.stderr)
        stored = target.put(read_credentials(sys.stdin))
    except UserError:
        raise
    except Exception as error:
        raise UserError(
            f"unexpected {type(error).__name__}; its text is not shown, since it may quote a value"
        ) from None
    print(f"Stored {stored}.")
    return 0


def find_target(secret_id: str) -> Target:
    """Find out which account and endpoint a secret's name or ARN leads to, without writing anything.

    Raises InputError where the ARN belongs to another account or no region is known, and UserError where AWS does
    not answer, or where a real AWS would answer although the local one was asked for.
    """
    arn = _ARN.fullmatch(secret_id)
    session = called(boto3.Session)
    region = arn["region"] if arn else session.region_name
    if not region:
        raise InputError("No region is set: set AWS_DEFAULT_REGION, or give the secret's ARN.")
    identity, secrets = client(session, "sts", region), client(session, "secretsmanager", region)
    account_id = called(identity.get_caller_identity, advice=_ADVICE)["Account"]
    if arn and arn["account"] != account_id:
        raise InputError(
            f"The secret belongs to account {arn['account']}, but the AWS credentials belong to account {account_id}: "
            "sign in to the secret's account."
        )
    return Target(secret_id, account_id, identity.meta.endpoint_url, secrets)


def _secret_id(arguments: Sequence[str] | None) -> str:
    parser = argparse.ArgumentParser(
        prog="put-oracle-secret",
        description="Puts Oracle credentials into their secret, after printing the account and endpoint it is in.",
        epilog="At a terminal it asks for username and password. Otherwise it reads a JSON object from standard input "
        "with username and password, and optionally host, port, service_name and ca_pem. "
        "Exit status: 0 done, 1 AWS refused or cannot be reached, 2 the input cannot be used.",
    )
    parser.add_argument("secret", metavar="SECRET_NAME_OR_ARN", help="the secret, which has to exist")
    options, rest = parser.parse_known_args(arguments)
    if rest:
        raise InputError("Give the secret's name only: a command line is no place for credentials.")
    secret_id = str(options.secret)
    if not (_NAME.fullmatch(secret_id) or _ARN.fullmatch(secret_id)):
        raise InputError("The argument is neither the name nor the ARN of a secret: see --help.")
    return secret_id
