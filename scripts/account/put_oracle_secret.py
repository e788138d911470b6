"""The `put-oracle-secret` command: Oracle credentials go from standard input into their secret, nowhere else.

No value is ever printed, nor anything that could be one: an unknown key, an argument too many, or what a
library says about its input might be a password in the wrong place.
"""

import argparse
import getpass
import json
import os
import re
import ssl
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TextIO
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

EXIT_AWS = 1
EXIT_INPUT = 2
EXIT_INTERRUPTED = 130

REQUIRED = ("username", "password")
ALLOWED = (*REQUIRED, "host", "port", "service_name", "ca_pem")
MAXIMUM_BYTES = 65_536
"""What a secret holds: docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html."""

_PATIENCE = Config(connect_timeout=5, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 3})
_NAME = re.compile(r"[A-Za-z0-9/_+=.@-]{1,512}")
_ARN = re.compile(
    r"arn:[a-z-]+:secretsmanager:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12}):secret:[A-Za-z0-9/_+=.@-]+"
)
_HOST = re.compile(r"[A-Za-z0-9.:_-]+")
_SERVICE_NAME = re.compile(r"[A-Za-z0-9._$#-]+")
_SHAPE = "Give a JSON object with username and password; host, port, service_name and ca_pem may be there too."

_SIGN_IN = "the AWS credentials are not valid, or no longer: sign in again"
_KEY = "Secrets Manager cannot use the secret's key: see whether it is enabled"
_ADVICE = {
    "AccessDeniedException": "the caller needs secretsmanager:PutSecretValue on the secret, and kms:Decrypt "
    "and kms:GenerateDataKey on its key",
    "DecryptionFailure": _KEY,
    "EncryptionFailure": _KEY,
    "ExpiredToken": _SIGN_IN,
    "ExpiredTokenException": _SIGN_IN,
    "InvalidClientTokenId": _SIGN_IN,
    "InvalidRequestException": "the secret waits for its deletion, or another service manages it",
    "ResourceNotFoundException": "there is no such secret in that account and region: check its name, or "
    "apply the unit secrets first",
    "UnrecognizedClientException": _SIGN_IN,
}


class InputError(Exception):
    """What the user gave cannot be used; the message says why and repeats no value."""


class AwsError(Exception):
    """AWS refused or cannot be reached; the message is a code and what to do."""


@dataclass(frozen=True, slots=True)
class Target:
    """The secret that is meant, and the AWS that it is in."""

    secret_id: str
    account_id: str
    identity_endpoint: str
    secrets: Any

    def __str__(self) -> str:
        """Say who is about to be written to, for a person to check."""
        return (
            f"account {self.account_id} (says {self.identity_endpoint}), "
            f"endpoint {self.secrets.meta.endpoint_url}, secret {self.secret_id}"
        )

    def put(self, credentials: Mapping[str, str | int]) -> str:
        """Make the credentials the secret's current value; return the ARN and version they got."""
        value = json.dumps(credentials)
        stored = _asked(self.secrets.put_secret_value, SecretId=self.secret_id, SecretString=value)
        return f"{stored['ARN']}, version {stored['VersionId']}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0, 1 where AWS is why it failed, or 2 where the input is."""
    try:
        target = find_target(_secret_id(arguments))
        _say(str(target))
        stored = target.put(read_credentials(sys.stdin))
    except InputError as error:
        _say(f"{error} Nothing was written.")
        return EXIT_INPUT
    except AwsError as error:
        _say(str(error))
        return EXIT_AWS
    except KeyboardInterrupt:
        _say("interrupted")
        return EXIT_INTERRUPTED
    except Exception as error:
        # Its text may quote what it failed on.
        _say(f"unexpected {type(error).__name__}; its text is held back, since it may hold a value")
        return EXIT_AWS
    print(f"Stored {stored}.")
    return 0


def find_target(secret_id: str, variables: Mapping[str, str] = os.environ) -> Target:
    """Find out which account and endpoint a secret's name or ARN leads to, without writing anything.

    Raises `InputError` where the ARN is of another account, no region is known, or a real AWS would answer
    although the local one was asked for; `AwsError` where AWS does not answer.
    """
    arn = _ARN.fullmatch(secret_id)
    session = _asked(boto3.Session)
    region = arn["region"] if arn else session.region_name
    if not region:
        raise InputError("No region is set: set AWS_DEFAULT_REGION, or give the secret's ARN.")
    identity = _asked(session.client, "sts", region_name=region, config=_PATIENCE)
    secrets = _asked(session.client, "secretsmanager", region_name=region, config=_PATIENCE)
    if variables.get("CSVBATCH_AWS") == "local":
        _require_local(identity.meta.endpoint_url, secrets.meta.endpoint_url)
    account_id = _asked(identity.get_caller_identity)["Account"]
    if arn and arn["account"] != account_id:
        raise InputError(
            f"The secret belongs to account {arn['account']}, the AWS credentials to account {account_id}: "
            "sign in to the secret's account."
        )
    return Target(secret_id, account_id, identity.meta.endpoint_url, secrets)


def read_credentials(stream: TextIO) -> dict[str, str | int]:
    """Ask for the credentials at a terminal, or read them as JSON from anything else; raises `InputError`."""
    found = _asked_for() if stream.isatty() else _parsed(stream.buffer.read(MAXIMUM_BYTES + 1))
    return check_credentials(found)


def check_credentials(found: Mapping[str, object]) -> dict[str, str | int]:
    """Return the credentials in a fixed order if their shape is right, else raise `InputError`.

    The shape is that of secrets managed by RDS, username and password; host, port and service_name are there
    if the secret is to say where the database is, and ca_pem if it is to say which authorities sign for it.
    """
    unknown = len(found.keys() - set(ALLOWED))
    if unknown:
        raise InputError(f"{unknown} of the keys are unknown. {_SHAPE}")
    missing = [key for key in REQUIRED if key not in found]
    if missing:
        raise InputError(f"There is no {' and no '.join(missing)}. {_SHAPE}")
    return {key: _checked(key, found[key]) for key in ALLOWED if key in found}


def _checked(key: str, value: object) -> str | int:
    if key == "port":
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 65_535:
            raise InputError("port is not a whole number from 1 to 65535.")
        return value
    if not isinstance(value, str) or not value:
        raise InputError(f"{key} is empty, or no text.")
    if key == "ca_pem":
        return _checked_certificates(value)
    if not value.isprintable():
        raise InputError(f"{key} has a line break, or another character that does not print.")
    if key != "password" and value != value.strip():
        raise InputError(f"{key} starts or ends with a blank.")
    if key == "host" and not _HOST.fullmatch(value):
        raise InputError("host is no host name or address; port and service have keys of their own.")
    if key == "service_name" and not _SERVICE_NAME.fullmatch(value):
        raise InputError("service_name is not the name of an Oracle service.")
    return value


def _checked_certificates(text: str) -> str:
    """Give certificates in PEM if TLS can read them; a private key has no place among them."""
    if "PRIVATE KEY" in text:
        raise InputError("ca_pem has a private key in it: give the certificates of authorities alone.")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
    except (ssl.SSLError, ValueError):
        raise InputError("ca_pem is not one or more certificates in PEM.") from None
    return text


def _asked_for() -> dict[str, object]:
    answers: dict[str, object] = {}
    for key in REQUIRED:
        # Nothing that is typed is shown, so all of it is asked for twice.
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)
            try:
                answers[key] = getpass.getpass(f"{key}: ")
                again = getpass.getpass(f"{key}, once more: ")
            except getpass.GetPassWarning:
                raise InputError("This terminal would show what is typed: pipe JSON in instead.") from None
            except EOFError:
                raise InputError("The input ended before everything was given.") from None
        if again != answers[key]:
            raise InputError(f"{key} was typed in two different ways.")
    return answers


def _parsed(data: bytes) -> dict[str, object]:
    if len(data) > MAXIMUM_BYTES:
        raise InputError(f"The input is longer than the {MAXIMUM_BYTES} bytes that a secret holds.")
    if not data.strip():
        raise InputError(f"The input is empty. {_SHAPE}")
    try:
        found = json.loads(data, object_pairs_hook=_without_repeats)
    except json.JSONDecodeError as error:
        raise InputError(f"The input is no JSON: see line {error.lineno}, column {error.colno}.") from None
    except (ValueError, RecursionError):
        raise InputError(f"The input is no JSON in UTF-8. {_SHAPE}") from None
    if not isinstance(found, dict):
        raise InputError(f"The input is JSON, but no object. {_SHAPE}")
    return found


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise InputError("A key is there twice, so it is not clear which value is meant.")
    return found


def _secret_id(arguments: Sequence[str] | None) -> str:
    parser = argparse.ArgumentParser(
        prog="put-oracle-secret",
        description="Puts Oracle credentials into their secret, and says before in which account and where.",
        epilog="A terminal is asked for username and password. From anything else a JSON object is read on "
        "standard input, with username and password, and with host, port and service_name if the secret is "
        "to hold them. Exit status: 0 done, 1 AWS refused or cannot be reached, 2 the input cannot be used.",
    )
    parser.add_argument("secret", metavar="SECRET_NAME_OR_ARN", help="the secret, which has to exist")
    options, rest = parser.parse_known_args(arguments)
    if rest:
        raise InputError("Give the secret and nothing else: a command line is no place for credentials.")
    secret_id = str(options.secret)
    if not (_NAME.fullmatch(secret_id) or _ARN.fullmatch(secret_id)):
        raise InputError("The argument is neither the name nor the ARN of a secret: see --help.")
    return secret_id


def _require_local(*endpoints: str) -> None:
    for endpoint in endpoints:
        if urlsplit(endpoint).hostname not in {"127.0.0.1", "localhost", "::1"}:
            raise InputError(
                f"CSVBATCH_AWS asks for the local AWS, but {endpoint} would answer: take on the whole "
                "environment of the local AWS, or unset CSVBATCH_AWS."
            )


def _asked[Answer](call: Callable[..., Answer], *arguments: Any, **named: Any) -> Answer:
    """Call AWS; what fails is reduced to a code, since the texts may quote the request."""
    try:
        return call(*arguments, **named)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        advice = _ADVICE.get(code, "look the code up in the API reference, or try again")
        raise AwsError(f"{error.operation_name} was refused ({code}): {advice}.") from None
    except (BotoCoreError, ValueError) as error:
        name = type(error).__name__
        raise AwsError(f"AWS cannot be reached ({name}): check credentials, region and AWS_ENDPOINT_URL.") from None


def _say(text: str) -> None:
    print(f"put-oracle-secret: {text}", file=sys.stderr)
