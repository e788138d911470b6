"""Opens the database that the options name."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import SplitResult, unquote, urlsplit

from csvbatch.cli.problems import CommandError, UsageError
from csvbatch.store import Credentials, Store, open_store

PASSWORD_VARIABLE = "CSVBATCH_DATABASE_PASSWORD"


@contextmanager
def opened_store(database: str | None, secret: str | None) -> Iterator[Store]:
    """The store at an address, with the secret's credentials where a secret is named."""
    url = require_database(database)
    store = _with_secret(url, secret) if _needs(url, secret) else open_store(url, credentials_of(url))
    try:
        yield store
    finally:
        store.close_connection()


def require_database(database: str | None) -> str:
    """The address, which only a user can know."""
    if not database:
        raise UsageError("No database is named: give --database URL, or set CSVBATCH_DATABASE_URL.")
    return database


def split_url(url: str) -> SplitResult:
    """The parts of an address; what is wrong with one is said without repeating it, for it may hold a password."""
    try:
        return urlsplit(url)
    except ValueError:
        raise UsageError("The database's address cannot be read: see --help for its forms.") from None


def credentials_of(url: str, variables: Mapping[str, str] = os.environ) -> Credentials | None:
    """The user of the address with the password of the environment; None where the address says enough."""
    password = variables.get(PASSWORD_VARIABLE)
    parts = split_url(url)
    if not password or parts.scheme == "sqlite" or parts.password:
        return None
    if not parts.username:
        raise UsageError(f"{PASSWORD_VARIABLE} is set, but the database's address names no user: put one there.")
    return Credentials(unquote(parts.username), password)


def _needs(url: str, secret: str | None) -> str | None:
    """The secret, unless the database has no credentials, or the address brings its own."""
    parts = split_url(url)
    return None if parts.scheme == "sqlite" or parts.username else secret


def _with_secret(url: str, secret: str | None) -> Store:
    from csvbatch.aws.secrets import SecretError, StoreAccess
    from csvbatch.cli.aws import aws, translated

    try:
        with translated():
            return StoreAccess(url, secret or "", aws().client("secretsmanager")).use(lambda store: store)
    except SecretError as error:
        raise CommandError(f"Secret {secret}: {error}.") from None
