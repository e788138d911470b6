import json
from hashlib import sha256
from pathlib import Path

import pytest

from csvbatch.aws.secrets import FIRST_PAUSE_SECONDS, SecretError, StoreAccess
from csvbatch.store import BatchState, BusyError, Credentials, CredentialsError, Store


class NotFoundError(Exception):
    pass


class Secrets:
    """Gives one value after the other, each as a version of its own, and counts how often it was asked."""

    class exceptions:  # noqa: N801
        ResourceNotFoundException = NotFoundError

    def __init__(self, *values: str) -> None:
        self.values = list(values)
        self.asked = 0

    def get_secret_value(self, *, SecretId: str) -> dict[str, str]:  # noqa: N803
        self.asked += 1
        if not self.values:
            raise NotFoundError
        value = self.values.pop(0) if len(self.values) > 1 else self.values[0]
        return {"SecretString": value, "VersionId": sha256(value.encode()).hexdigest()}


VALUE = json.dumps({"username": "loader", "password": "made-up"})
ROTATED = json.dumps({"username": "loader", "password": "made-up too"})


def access(tmp_path: Path, secrets: Secrets) -> StoreAccess:
    return StoreAccess(f"sqlite:///{tmp_path}/store.db", "arn", secrets)


def test_the_secret_is_read_once_for_many_uses(tmp_path: Path) -> None:
    secrets = Secrets(VALUE)
    stores = access(tmp_path, secrets)
    assert stores.use(id) == stores.use(id)
    assert secrets.asked == 1


def test_credentials_that_were_rotated_are_read_again_and_the_work_done_again(tmp_path: Path) -> None:
    secrets = Secrets(VALUE, ROTATED)
    seen: list[Store] = []

    def work(store: Store) -> str:
        seen.append(store)
        if len(seen) == 1:
            raise CredentialsError("1017", "refused", "rotate")
        return "done"

    assert access(tmp_path, secrets).use(work) == "done"
    assert secrets.asked == 2
    assert seen[0] is not seen[1]


class Database:
    """Refuses every login, and counts them."""

    def __init__(self) -> None:
        self.logins = 0

    def work(self, _: Store) -> None:
        self.logins += 1
        raise CredentialsError("ORA-01017", "refused", "correct them")


class Clock:
    def __init__(self) -> None:
        self.now = 1e9

    def __call__(self) -> float:
        return self.now


def test_five_deliveries_with_a_wrong_secret_are_one_failed_login(tmp_path: Path) -> None:
    """Each delivery may fail; Oracle locks the account after ten logins that do."""
    database, stores = Database(), access(tmp_path, Secrets(VALUE))
    for _ in range(5):
        with pytest.raises(CredentialsError, match=r"refused \(ORA-01017\); correct them"):
            stores.use(database.work)
    assert database.logins == 1


def test_a_secret_that_changes_is_tried_at_once_and_only_once(tmp_path: Path) -> None:
    secrets = Secrets(VALUE)
    database, stores = Database(), access(tmp_path, secrets)
    for _ in range(3):
        with pytest.raises(CredentialsError):
            stores.use(database.work)
    secrets.values = [ROTATED]
    for _ in range(3):
        with pytest.raises(CredentialsError):
            stores.use(database.work)
    assert database.logins == 2


def test_the_same_secret_is_tried_again_after_a_pause_that_grows(tmp_path: Path) -> None:
    database, clock, stores = Database(), Clock(), access(tmp_path, Secrets(VALUE))
    stores.clock = clock
    logins = []
    for _ in range(24 * 60):
        with pytest.raises(CredentialsError):
            stores.use(database.work)
        logins.append(database.logins)
        clock.now += 60
    assert logins[14] == 1
    assert logins[15] == 2
    assert logins[15 + 29] == 2
    assert logins[15 + 30] == 3
    assert database.logins <= 10, "a day of refusals must not lock the account"


def test_a_login_that_works_again_ends_the_pause(tmp_path: Path) -> None:
    database, clock, stores = Database(), Clock(), access(tmp_path, Secrets(VALUE))
    stores.clock = clock
    with pytest.raises(CredentialsError):
        stores.use(database.work)
    clock.now += FIRST_PAUSE_SECONDS
    assert stores.use(lambda store: "done") == "done"
    with pytest.raises(CredentialsError):
        stores.use(database.work)
    clock.now += FIRST_PAUSE_SECONDS
    assert stores.use(lambda store: "done") == "done"


def test_a_certificate_authority_may_be_in_the_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[object] = []
    monkeypatch.setattr("csvbatch.aws.secrets.open_store", lambda *arguments: given.extend(arguments[1:]))
    value = json.dumps({"username": "loader", "password": "made-up", "ca_pem": "-----BEGIN CERTIFICATE-----"})
    stores = access(tmp_path, Secrets(value))
    with pytest.raises(AttributeError):
        stores.use(lambda store: store.batches())
    assert given == [Credentials("loader", "made-up", "-----BEGIN CERTIFICATE-----")]


def test_the_deadline_of_an_invocation_is_handed_to_the_store(tmp_path: Path) -> None:
    stores = access(tmp_path, Secrets(VALUE))
    stores.use(lambda store: store.migrate([]))
    with pytest.raises(BusyError, match=r"\(OUT_OF_TIME\)"):
        stores.use(lambda store: store.batches(BatchState.CLOSED), lambda: 0.1)
    assert stores.use(lambda store: store.batches(BatchState.CLOSED), lambda: 60.0) == []


@pytest.mark.parametrize("value", ["not json", "[]", '{"username": "loader"}', "null"])
def test_a_secret_of_another_shape_is_refused_without_showing_it(value: str, tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="put-oracle-secret") as refused:
        access(tmp_path, Secrets(value)).use(id)
    assert value not in str(refused.value)


def test_a_secret_without_a_value_says_how_to_put_one(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="put-oracle-secret"):
        access(tmp_path, Secrets()).use(id)
