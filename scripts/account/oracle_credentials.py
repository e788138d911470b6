"""Reads Oracle credentials, typed at a terminal or as JSON, and checks their shape.

No error repeats what was given: an unknown key, for example, may be a password in the wrong place.
"""

import getpass
import json
import re
import ssl
import warnings
from collections.abc import Mapping
from typing import TextIO

from scripts.common.errors import UserError

REQUIRED = ("username", "password")
ALLOWED = (*REQUIRED, "host", "port", "service_name", "ca_pem")
MAXIMUM_BYTES = 65_536
"""The size limit of a secret: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html."""

EXIT_INPUT = 2
_HOST = re.compile(r"[A-Za-z0-9.:_-]+")
_SERVICE_NAME = re.compile(r"[A-Za-z0-9._$#-]+")
_SHAPE = "Give a JSON object with username and password; host, port, service_name and ca_pem are optional."


class InputError(UserError):
    """The input cannot be used."""

    def __init__(self, message: str) -> None:
        super().__init__(f"{message} Nothing was written.", EXIT_INPUT)


def read_credentials(stream: TextIO) -> dict[str, str | int]:
    """Ask for the credentials at a terminal, or read them as JSON from anything else; raises InputError."""
    found = _typed() if stream.isatty() else _parsed(stream.buffer.read(MAXIMUM_BYTES + 1))
    return check_credentials(found)


def check_credentials(found: Mapping[str, object]) -> dict[str, str | int]:
    """Return the credentials in a fixed order; raises InputError where their shape is wrong.

    The shape is that of secrets managed by RDS: username and password, then optionally where the database is (host,
    port, service_name) and which authorities sign its certificate (ca_pem).
    """
    if unknown := len(found.keys() - set(ALLOWED)):
        raise InputError(f"{unknown} of the keys are unknown. {_SHAPE}")
    if missing := [key for key in REQUIRED if key not in found]:
        raise InputError(f"There is no {' and no '.join(missing)}. {_SHAPE}")
    return {key: _checked(key, found[key]) for key in ALLOWED if key in found}


def _checked(key: str, value: object) -> str | int:
    if key == "port":
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 65_535:
            raise InputError("port is not a whole number from 1 to 65535.")
        return value
    if not isinstance(value, str) or not value:
        raise InputError(f"{key} is empty or not a text.")
    if key == "ca_pem":
        return _checked_certificates(value)
    if not value.isprintable():
        raise InputError(f"{key} has a line break, or another character that does not print.")
    if key != "password" and value != value.strip():
        raise InputError(f"{key} starts or ends with a blank.")
    if key == "host" and not _HOST.fullmatch(value):
        raise InputError("host is not a host name or address; port and service_name are separate keys.")
    if key == "service_name" and not _SERVICE_NAME.fullmatch(value):
        raise InputError("service_name is not the name of an Oracle service.")
    return value


def _checked_certificates(text: str) -> str:
    if "PRIVATE KEY" in text:
        raise InputError("ca_pem contains a private key: give only the certificates of authorities.")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
    except (ssl.SSLError, ValueError):
        raise InputError("ca_pem is not one or more certificates in PEM.") from None
    return text


def _typed() -> dict[str, object]:
    """Username and password, each asked for twice, since nothing that is typed is shown."""
    answers: dict[str, object] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            for key in REQUIRED:
                answers[key] = getpass.getpass(f"{key}: ")
                if getpass.getpass(f"{key}, once more: ") != answers[key]:
                    raise InputError(f"{key} was typed in two different ways.")
        except getpass.GetPassWarning:
            raise InputError("This terminal would show what is typed: pipe JSON in instead.") from None
        except EOFError:
            raise InputError("The input ended before everything was given.") from None
    return answers


def _parsed(data: bytes) -> dict[str, object]:
    if len(data) > MAXIMUM_BYTES:
        raise InputError(f"The input is longer than {MAXIMUM_BYTES} bytes, the limit of a secret.")
    if not data.strip():
        raise InputError(f"The input is empty. {_SHAPE}")
    try:
        found = json.loads(data, object_pairs_hook=_without_repeats)
    except json.JSONDecodeError as error:
        raise InputError(f"The input is not JSON: see line {error.lineno}, column {error.colno}.") from None
    except (ValueError, RecursionError):
        raise InputError(f"The input is not JSON in UTF-8. {_SHAPE}") from None
    if not isinstance(found, dict):
        raise InputError(f"The input is JSON, but not an object. {_SHAPE}")
    return found


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise InputError("A key is there twice, so it is not clear which value is meant.")
    return found
