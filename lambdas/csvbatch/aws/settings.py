"""The settings that a function reads from its environment variables."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html; the ledger has room for no longer one.
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


class VariableError(Exception):
    """A variable is missing or invalid; the message says which one and what it should be."""


@dataclass(frozen=True, slots=True)
class HandlerSettings:
    """The settings of both functions."""

    bucket: str
    secret_arn: str
    database_url: str
    region: str

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> "HandlerSettings":
        """Read them; raises VariableError."""
        return cls(
            bucket=_bucket(variables, "CSVBATCH_BUCKET"),
            secret_arn=_text(variables, "CSVBATCH_SECRET_ARN"),
            database_url=_text(variables, "CSVBATCH_DATABASE_URL"),
            region=_text(variables, "AWS_REGION"),
        )


@dataclass(frozen=True, slots=True)
class ProcessorSettings:
    """The settings of the batch processor alone."""

    queue_url: str
    chunk_bytes: int

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> "ProcessorSettings":
        """Read them; raises VariableError."""
        return cls(
            queue_url=_text(variables, "CSVBATCH_QUEUE_URL"), chunk_bytes=_number(variables, "CSVBATCH_CHUNK_BYTES")
        )


@dataclass(frozen=True, slots=True)
class LoaderSettings:
    """The settings of the request handler alone."""

    maximum_receives: int

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> "LoaderSettings":
        """Read them; raises VariableError."""
        return cls(maximum_receives=_number(variables, "CSVBATCH_MAX_RECEIVE_COUNT"))


CLAIM_DURATION = timedelta(minutes=16)
"""A minute more than a function can run. The file of a killed function waits no longer than that."""


def _text(variables: Mapping[str, str], name: str) -> str:
    value = variables.get(name, "")
    if not value:
        raise VariableError(f"{name} is not set; the Lambda module of this project sets it")
    return value


def _bucket(variables: Mapping[str, str], name: str) -> str:
    text = _text(variables, name)
    if not _BUCKET.fullmatch(text):
        raise VariableError(
            f"{name} is {text!r}, but must be a bucket's name: 3 to 63 lower-case letters, digits, dots and hyphens"
        )
    return text


def _number(variables: Mapping[str, str], name: str) -> int:
    text = _text(variables, name)
    if not text.isdecimal() or int(text) < 1:
        raise VariableError(f"{name} is {text!r}, but must be a whole number of 1 or more")
    return int(text)
