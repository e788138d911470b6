import json
from pathlib import Path

import pytest

from csvbatch.aws.secrets import SecretError, StoreAccess
from csvbatch.store import CredentialsError, Store


class NotFoundError(Exception):
    pass


class Secrets:
    """Gives one value after the other, and counts how often it was asked."""

    class exceptions:  # noqa: N801
        ResourceNotFoundException = NotFoundError

    def __init__(self, *values: str) -> None:
        self.values = list(values)
        self.asked = 0

    def get_secret_value(self, *, SecretId: str) -> dict[str, str]:  # noqa: N803
        self.asked += 1
        if not self.values:
            raise NotFoundError
        return {"SecretString": self.values.pop(0)}


VALUE = json.dumps({"username": "loader", "password": "made-up"})


def access(tmp_path: Path, secrets: Secrets) -> StoreAccess:
    return StoreAccess(f"sqlite:///{tmp_path}/store.db", "arn", secrets)


def test_the_secret_is_read_once_for_many_uses(tmp_path: Path) -> None:
    secrets = Secrets(VALUE)
    stores = access(tmp_path, secrets)
    assert stores.use(id) == stores.use(id)
    assert secrets.asked == 1


def test_credentials_that_are_refused_are_read_again_and_the_work_done_again(tmp_path: Path) -> None:
    secrets = Secrets(VALUE, VALUE)
    seen: list[Store] = []

    def work(store: Store) -> str:
        seen.append(store)
        if len(seen) == 1:
            raise CredentialsError("1017", "refused", "rotate")
        return "done"

    assert access(tmp_path, secrets).use(work) == "done"
    assert secrets.asked == 2
    assert seen[0] is not seen[1]


def test_credentials_that_stay_refused_are_an_error(tmp_path: Path) -> None:
    def work(_: Store) -> None:
        raise CredentialsError("1017", "refused", "rotate")

    secrets = Secrets(VALUE, VALUE)
    with pytest.raises(CredentialsError):
        access(tmp_path, secrets).use(work)
    assert secrets.asked == 2


@pytest.mark.parametrize("value", ["not json", "[]", '{"username": "loader"}', "null"])
def test_a_secret_of_another_shape_is_refused_without_showing_it(value: str, tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="put-oracle-secret") as refused:
        access(tmp_path, Secrets(value)).use(id)
    assert value not in str(refused.value)


def test_a_secret_without_a_value_says_how_to_put_one(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="put-oracle-secret"):
        access(tmp_path, Secrets()).use(id)
