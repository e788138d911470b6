"""The database credentials of Secrets Manager, kept between invocations and read again when they are refused."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from csvbatch.store import Credentials, CredentialsError, Store, open_store

FIRST_PAUSE_SECONDS = 900.0
LONGEST_PAUSE_SECONDS = 14_400.0
"""How long refused credentials are not used again; each refusal doubles the pause.

Oracle's default profile locks an account for a day after ten failed logins, and a queue has many messages a minute.
https://docs.oracle.com/en/database/oracle/oracle-database/19/dbseg/configuring-authentication.html
"""


class SecretError(Exception):
    """The secret has no value, or not the expected fields; its content is never shown."""


@dataclass(frozen=True, slots=True)
class _Secret:
    """A version of the secret; two are equal if version and content are equal."""

    version: str | None
    credentials: Credentials


@dataclass(slots=True)
class _Refusal:
    """The secret that the database refused, and until when it is not used again."""

    secret: _Secret
    error: CredentialsError
    pause: float
    ends_at: float


@dataclass(slots=True)
class StoreAccess:
    """Opens the store once and keeps it, and logs in again only if the credentials have changed.

    `clock` gives the time in seconds.
    """

    database_url: str
    secret_arn: str
    secrets: Any
    clock: Callable[[], float] = time.time
    _store: Store | None = field(default=None, init=False)
    _secret: _Secret | None = field(default=None, init=False)
    _refusal: _Refusal | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        """Import the driver while the function starts, not with its first message; raises UrlError."""
        open_store(self.database_url)

    def use[T](self, work: Callable[[Store], T], remaining: Callable[[], float] | None = None) -> T:
        """Do some work; if the credentials were rotated meanwhile, do it again with the new ones.

        `remaining` gives the seconds for which the database may be waited for. The store connects when an operation
        begins, so a refusal comes before the operation did anything. Raises SecretError and CredentialsError; the
        latter without a login if the same credentials were refused recently.
        """
        try:
            return self._work(work, remaining)
        except CredentialsError as error:
            refused = self._refused(error)
            secret = self._read()
            if secret == refused:
                raise
        try:
            return self._work(work, remaining, secret)
        except CredentialsError as error:
            self._refused(error)
            raise

    def _work[T](
        self, work: Callable[[Store], T], remaining: Callable[[], float] | None, secret: _Secret | None = None
    ) -> T:
        if self._store is None:
            self._store = self._opened(secret or self._read())
        if remaining is not None:
            self._store.limit(remaining)
        result = work(self._store)
        self._refusal = None
        return result

    def _opened(self, secret: _Secret) -> Store:
        self._require_untried(secret)
        self._secret = secret
        return open_store(self.database_url, secret.credentials)

    def _require_untried(self, secret: _Secret) -> None:
        refusal = self._refusal
        if refusal and refusal.secret == secret and self.clock() < refusal.ends_at:
            raise _copy(refusal.error)

    def _refused(self, error: CredentialsError) -> _Secret | None:
        """Close the connection and remember the refused secret; a repeated error without a login changes nothing."""
        if self._store is None:
            return self._refusal.secret if self._refusal else None
        self._store.close_connection()
        self._store = None
        secret, before = self._secret, self._refusal
        if secret is not None:
            again = before is not None and before.secret == secret
            pause = min(before.pause * 2, LONGEST_PAUSE_SECONDS) if before and again else FIRST_PAUSE_SECONDS
            self._refusal = _Refusal(secret, _copy(error), pause, self.clock() + pause)
        return secret

    def _read(self) -> _Secret:
        try:
            answer = self.secrets.get_secret_value(SecretId=self.secret_arn)
            value = json.loads(answer["SecretString"])
            credentials = Credentials(value["username"], value["password"], value.get("ca_pem"))
        except (self.secrets.exceptions.ResourceNotFoundException, ValueError, KeyError, TypeError, AttributeError):
            raise SecretError(
                "the secret has no value with a username and a password; store one with put-oracle-secret"
            ) from None
        return _Secret(answer.get("VersionId"), credentials)


def _copy(error: CredentialsError) -> CredentialsError:
    """Give the same error without its traceback, which would keep the frames alive."""
    return CredentialsError(error.code, error.reason, error.advice)
