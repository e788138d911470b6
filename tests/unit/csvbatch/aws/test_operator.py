"""Commands that an operator sends to the batch processor: strictly read, and answered without a secret."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from csvbatch.aws import operator
from csvbatch.aws.secrets import StoreAccess
from csvbatch.contract.yaml_file import load_contracts
from csvbatch.pipeline.ports import NO_DEADLINE, Deadline
from csvbatch.store import (
    Batch,
    BusyError,
    CredentialsError,
    NewBatch,
    ObjectVersion,
    Store,
    StoreError,
    migration,
)
from csvbatch.store.ddl import tables
from scripts.common.paths import REPOSITORY

CONTRACTS = tuple(load_contracts(REPOSITORY / "lambdas" / "contracts").values())
TABLES = len(tables(CONTRACTS))
PASSWORD = "a-password-nobody-else-has"
CHECK = {"csvbatch": {"command": "check"}}
SHOW = {"csvbatch": {"command": "migrate", "apply": False}}


class Secrets:
    class exceptions:  # noqa: N801
        ResourceNotFoundException = KeyError

    def __init__(self, answer: str | Exception) -> None:
        self.answer = answer

    def get_secret_value(self, *, SecretId: str) -> dict[str, str]:  # noqa: N803
        if isinstance(self.answer, Exception):
            raise self.answer
        return {"SecretString": self.answer}


def access(folder: Path, answer: str | Exception = "") -> StoreAccess:
    value = answer or json.dumps({"username": "loader", "password": PASSWORD})
    return StoreAccess(f"sqlite:///{folder}/store.db", "arn", Secrets(value))


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[StoreAccess]:
    made = access(tmp_path)
    yield made
    made.use(Store.close_connection)


class Failing(StoreAccess):
    """A database that answers every operation with one error."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def use(self, work: Any, *_: Any) -> Any:
        raise self.error


def ask(event: object, stores: StoreAccess, deadline: Deadline = NO_DEADLINE) -> dict[str, Any]:
    answer = operator.answer(event, stores, CONTRACTS, deadline)
    assert list(answer) == ["csvbatch"]
    json.dumps(answer)
    return answer["csvbatch"]


def apply(digest: str | None) -> dict[str, Any]:
    return {"csvbatch": {"command": "migrate", "apply": True, "digest": digest}}


@pytest.mark.parametrize(
    "event",
    [
        {},
        None,
        "csvbatch",
        ["csvbatch"],
        {"version": "0", "detail-type": "Scheduled Event", "source": "aws.scheduler", "detail": {}},
        {"source": "aws.s3", "detail": {"object": {"key": "incoming/csvbatch/a.csv"}, "csvbatch": {}}},
    ],
)
def test_what_schedules_and_s3_send_is_a_normal_run(event: object) -> None:
    assert not operator.is_command(event)


@pytest.mark.parametrize(
    "event",
    [
        {"csvbatch": None},
        {"csvbatch": {}},
        {"csvbatch": {"command": "drop"}},
        {"csvbatch": {"command": "check", "apply": True}},
        {"csvbatch": {"command": "migrate", "apply": "true"}},
        {"csvbatch": {"command": "migrate", "apply": True, "digest": "abc"}},
        {"csvbatch": {"command": "check"}, "detail": {}},
    ],
)
def test_a_command_that_is_not_exactly_one_is_refused_and_nothing_is_done(event: object, stores: StoreAccess) -> None:
    assert operator.is_command(event)
    assert ask(event, stores)["problem"]["code"] == "COMMAND_UNKNOWN"
    assert len(ask(SHOW, stores)["pending"]) == TABLES


def test_check_of_an_empty_database_reaches_it_and_finds_no_ledger(stores: StoreAccess) -> None:
    found = ask(CHECK, stores)
    expected = {"database": True, "ledger": False, "pending": TABLES, "problem": None}
    assert found == {"command": "check", **expected}


def test_migrate_shows_then_applies_what_was_shown(stores: StoreAccess) -> None:
    shown = ask(SHOW, stores)
    assert (shown["applied"], shown["done"], len(shown["pending"])) == (False, [], TABLES)
    done = ask(apply(shown["digest"]), stores)
    assert (done["applied"], done["done"], done["pending"]) == (True, shown["pending"], [])
    assert ask(CHECK, stores)["ledger"] is True


def test_migrate_without_saying_apply_only_shows(stores: StoreAccess) -> None:
    assert ask({"csvbatch": {"command": "migrate"}}, stores)["applied"] is False
    assert ask(CHECK, stores)["ledger"] is False


def test_apply_needs_the_digest_of_what_was_shown(stores: StoreAccess) -> None:
    assert ask(apply(None), stores)["problem"]["code"] == "DIGEST_MISSING"
    assert ask(apply("0" * 64), stores)["problem"]["code"] == "STATEMENTS_CHANGED"
    assert ask(CHECK, stores)["ledger"] is False


def test_too_little_time_is_said_with_what_is_left(stores: StoreAccess) -> None:
    shown = ask(SHOW, stores)
    answer = ask(apply(shown["digest"]), stores, Deadline(lambda: operator.STATEMENT_SECONDS - 1))
    assert answer["problem"]["about"] == "time"
    assert (answer["applied"], answer["pending"]) == (False, shown["pending"])
    assert ask(apply(answer["digest"]), stores)["applied"] is True


@pytest.mark.parametrize(
    ("error", "about", "code"),
    [
        (CredentialsError("ORA-01017", "Oracle does not accept the user", "check it"), "login", "ORA-01017"),
        (StoreError("DPY-6005", "there is no connection to Oracle", "check host"), "database", "DPY-6005"),
        (BusyError("ORA-00054", "Oracle is too busy", "try again later"), "busy", "ORA-00054"),
        (OSError(f"host of {PASSWORD}"), "database", "OSError"),
        (ValueError(PASSWORD), "unexpected", "ValueError"),
    ],
)
def test_check_names_what_went_wrong_without_quoting_it(error: Exception, about: str, code: str) -> None:
    found = ask(CHECK, Failing(error))
    assert (found["problem"]["about"], found["problem"]["code"]) == (about, code)
    assert found["database"] is False
    assert PASSWORD not in json.dumps(found)


@pytest.mark.parametrize(
    ("answer", "about", "code"),
    [
        (KeyError(), "secret", "SECRET_VALUE"),
        ("not JSON " + PASSWORD, "secret", "SECRET_VALUE"),
        (
            ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetSecretValue"),
            "secret",
            "AccessDeniedException",
        ),
        (ConnectTimeoutError(endpoint_url="https://secretsmanager"), "network", "ConnectTimeoutError"),
    ],
)
def test_check_says_why_the_secret_cannot_be_used(
    answer: str | Exception, about: str, code: str, tmp_path: Path
) -> None:
    found = ask(CHECK, access(tmp_path, answer))
    assert (found["problem"]["about"], found["problem"]["code"]) == (about, code)
    assert PASSWORD not in json.dumps(found)


def test_a_drifted_table_is_a_problem_of_the_migration_not_of_the_connection(stores: StoreAccess) -> None:
    stores.use(lambda store: store._run("test", lambda one: one.run("CREATE TABLE airports (city TEXT)")))
    found = ask(CHECK, stores)
    assert found["database"] is True
    assert found["problem"]["about"] == "migration"
    assert ask(SHOW, stores)["problem"]["code"] == found["problem"]["code"]


def test_a_refused_statement_says_what_was_done_before_it(stores: StoreAccess, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = ask(SHOW, stores)

    def refuse(store: Store, *_: object) -> list[str]:
        store._run(
            "test", lambda transaction: transaction.run(shown["pending"][0].replace("TABLE", "TABLE IF NOT EXISTS", 1))
        )
        raise StoreError("ORA-01536", "Oracle refused a statement", "raise the quota")

    monkeypatch.setattr(Store, "migrate", refuse)
    answer = ask(apply(shown["digest"]), stores)
    assert answer["problem"]["code"] == "ORA-01536"
    assert (answer["done"], answer["pending"]) == (shown["pending"][:1], shown["pending"][1:])
    assert answer["digest"] == migration.digest(answer["pending"])


def show(batch: str, *, contents: bool = False) -> dict[str, Any]:
    return {"csvbatch": {"command": "batch", "batch": batch, "contents": contents}}


@pytest.fixture
def registered(stores: StoreAccess) -> Batch:
    stores.use(lambda store: store.migrate(CONTRACTS))
    version = ObjectVersion("incoming/recipients/a.csv", "v1")
    contract = next(one for one in CONTRACTS if one.dataset == "recipients")
    return stores.use(lambda store: store.register(NewBatch("recipients", "data", version, 10, contract)).batch)


def test_a_batch_is_shown_with_its_state_and_counts(stores: StoreAccess, registered: Batch) -> None:
    answer = ask(show(registered.id), stores)
    assert answer["problem"] is None
    assert answer["contents"] is None
    assert answer["batch"]["state"] == "registered"
    assert answer["batch"]["id"] == registered.id
    assert answer["batch"]["rows_read"] == 0


def test_the_contents_of_a_batch_are_a_count_and_a_digest(stores: StoreAccess, registered: Batch) -> None:
    answer = ask(show(registered.id, contents=True), stores)
    assert answer["contents"] == {"rows": 0, "digest": hashlib.sha256(b"").hexdigest()}


def test_a_batch_that_is_not_in_the_ledger_is_a_problem_with_a_code(stores: StoreAccess, registered: Batch) -> None:
    answer = ask(show("0" * 16), stores)
    assert answer["batch"] is None
    assert answer["problem"]["code"] == "UNKNOWN_BATCH"


@pytest.mark.parametrize("batch", ["", "a.csv", "0" * 17, "'; DROP TABLE"])
def test_what_is_no_id_of_a_batch_is_not_a_command(stores: StoreAccess, batch: str) -> None:
    assert ask(show(batch), stores)["problem"]["code"] == "COMMAND_UNKNOWN"
