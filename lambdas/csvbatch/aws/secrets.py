"""The database credentials of Secrets Manager, kept between invocations and read again when they are refused."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from csvbatch.store import Credentials, CredentialsError, Store, open_store


class SecretError(Exception):
    """The secret has no value, or one of another shape; what is in it is never shown."""


@dataclass(slots=True)
class StoreAccess:
    """Opens the store once and keeps it; credentials that the database refuses are read again, once."""

    database_url: str
    secret_arn: str
    secrets: Any
    _store: Store | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        """Import the driver while the function starts, and not when its first message waits; raises UrlError."""
        open_store(self.database_url)

    def use[T](self, work: Callable[[Store], T]) -> T:
        """Do some work; where the credentials were rotated meanwhile, do it again with the new ones.

        The store connects when an operation begins, so a refusal comes before the operation did anything.
        """
        try:
            return work(self._open())
        except CredentialsError:
            self._forget()
            return work(self._open())

    def _open(self) -> Store:
        if self._store is None:
            self._store = open_store(self.database_url, self._credentials())
        return self._store

    def _forget(self) -> None:
        if self._store is not None:
            self._store.close_connection()
            self._store = None

    def _credentials(self) -> Credentials:
        try:
            text = self.secrets.get_secret_value(SecretId=self.secret_arn)["SecretString"]
            value = json.loads(text)
            username, password = value["username"], value["password"]
        except (self.secrets.exceptions.ResourceNotFoundException, ValueError, KeyError, TypeError):
            raise SecretError(
                "the secret has no value with a username and a password; put one: put-oracle-secret"
            ) from None
        return Credentials(username, password)
