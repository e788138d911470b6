"""The first day, through the local AWS's own Lambda and the packaged processor: check, migrate, load."""

import io
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from csvbatch.contract.yaml_file import load_contracts
from csvbatch.store import open_store
from csvbatch.store.ddl import tables
from scripts.account import account as first_day_account
from scripts.account import checks, migrate_ledger, preflight
from scripts.account.names import Settings, names
from scripts.common import environments
from scripts.common.environments import Environment
from scripts.common.paths import REPOSITORY
from scripts.local.aws.server import LocalAws
from scripts.local.runtime.aws import Aws
from scripts.local.runtime.functions import DATABASE_VARIABLE, Paths
from scripts.local.runtime.invoke_endpoint import InvokeEndpoint
from scripts.local.runtime.runtime import LocalRuntime
from tests.integration.local.runtime.deployment import Deployment
from tests.integration.local.runtime.test_packaged_functions import PACKAGES, PASSWORD, Loading

CONTRACTS = tuple(load_contracts(REPOSITORY / "lambdas" / "contracts").values())
UNRESERVED = Settings("x86_64", {"batch_processor": None, "request_handler": None})
ALL = len(tables(CONTRACTS))

Typed = Callable[..., tuple[int, str, str]]


class FirstDay(Loading):
    """The platform as it is deployed, with an empty database in the place of Oracle."""

    def __init__(self, aws: Aws, deployment: Deployment, folder: Path) -> None:
        super().__init__(aws, deployment, folder)
        self.store.close_connection()
        self.database.unlink()
        self.store = open_store(f"sqlite:///{self.database}")


@pytest.fixture
def first_day(aws: Aws, deployment: Deployment, tmp_path: Path) -> Iterator[FirstDay]:
    made = FirstDay(aws, deployment, tmp_path)
    yield made
    made.store.close_connection()


@pytest.fixture
def runtime(
    aws: Aws, local_aws: LocalAws, first_day: FirstDay, monkeypatch: pytest.MonkeyPatch
) -> Iterator[LocalRuntime]:
    """Runs the functions that the local AWS is asked to invoke, and is what the commands talk to."""
    for name, value in local_aws.environment.items():
        monkeypatch.setenv(name, value)
    made = {"batch_processor": first_day.processor, "request_handler": first_day.handler, "secret": first_day.bucket}
    environment = Environment("test", aws.endpoint.account_id, aws.endpoint.region)
    deployed = replace(names(environment), **made)
    monkeypatch.setattr(environments, "load", lambda name: environment)
    monkeypatch.setattr(checks, "settings", lambda environment: UNRESERVED)
    monkeypatch.setattr(first_day_account, "names", lambda environment: deployed)
    replaced = {DATABASE_VARIABLE: f"sqlite:///{first_day.database}"}
    with LocalRuntime(aws, Paths(PACKAGES, first_day.folder / "home"), replaced) as made:
        endpoint = InvokeEndpoint(
            local_aws.endpoint.ca_bundle.with_name("functions.json"), made.invoke, made.invoke_later
        )
        endpoint.publish([first_day.processor, first_day.handler])
        yield made
        endpoint.close()


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Runs a command; gives its exit status and what it printed."""

    def run(command: Callable[[list[str]], int], *arguments: str, answer: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(answer))
        status = command(list(arguments))
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


def findings(typed: Typed) -> dict[str, Any]:
    _, out, _ = typed(preflight.main, "test", "--json")
    return {one["topic"]: one for one in json.loads(out)["findings"]}


def test_tables_are_shown_then_made_and_files_load(runtime: LocalRuntime, first_day: FirstDay, typed: Typed) -> None:
    assert findings(typed)["ledger"]["todo"] == "migrate-ledger test"
    status, shown, _ = typed(migrate_ledger.main, "test")
    assert (status, shown.count("CREATE TABLE")) == (0, ALL)
    assert not first_day.store.has_ledger()
    status, ran, said = typed(migrate_ledger.main, "test", "--apply", answer="yes\n")
    assert (status, ran) == (0, shown)
    assert f"{ALL} statements were run, 0 are left" in said
    assert "ledger" not in findings(typed)
    good, _ = first_day.drop(500)
    runtime.invoke(first_day.processor, b"{}")
    runtime.drain()
    assert first_day.keys() == good


def test_nothing_is_made_unless_it_is_confirmed(runtime: LocalRuntime, first_day: FirstDay, typed: Typed) -> None:
    for answer in ("", "no\n", "y\n"):
        status, _, said = typed(migrate_ledger.main, "test", "--apply", answer=answer)
        assert (status, first_day.store.has_ledger()) == (1, False)
        assert "not confirmed: nothing was changed" in said


def test_statements_of_another_digest_are_not_run(runtime: LocalRuntime, first_day: FirstDay, typed: Typed) -> None:
    status, _, said = typed(migrate_ledger.main, "test", "--apply", "--digest", "0" * 64)
    assert (status, first_day.store.has_ledger()) == (1, False)
    assert "Nothing was changed" in said


def test_statements_reviewed_earlier_are_run_without_a_question(
    runtime: LocalRuntime, first_day: FirstDay, typed: Typed
) -> None:
    _, out, _ = typed(migrate_ledger.main, "test", "--json")
    digest = json.loads(out)["digest"]
    status, out, _ = typed(migrate_ledger.main, "test", "--apply", "--digest", digest, "--json")
    assert (status, json.loads(out)["applied"]) == (0, True)


def test_a_table_that_appeared_between_showing_and_applying_stops_it(
    runtime: LocalRuntime, first_day: FirstDay, aws: Aws
) -> None:
    shown = invoked(aws, first_day, {"command": "migrate"})
    first_day.execute(shown["pending"][0])
    answer = invoked(aws, first_day, {"command": "migrate", "apply": True, "digest": shown["digest"]})
    assert answer["problem"]["code"] == "STATEMENTS_CHANGED"
    assert not first_day.store.has_ledger()


def test_two_migrations_at_once_both_end_well(runtime: LocalRuntime, first_day: FirstDay, aws: Aws) -> None:
    digest = invoked(aws, first_day, {"command": "migrate"})["digest"]
    command = {"command": "migrate", "apply": True, "digest": digest}
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: invoked(aws, first_day, command), range(2)))
    assert [answer["problem"] for answer in answers] == [None, None]
    assert first_day.store.migration(CONTRACTS) == []


def test_two_processors_at_once_register_and_send_each_file_once(
    runtime: LocalRuntime, first_day: FirstDay, aws: Aws
) -> None:
    """Without a reserved concurrency nothing but the ledger keeps two runs apart."""
    first_day.store.migrate(CONTRACTS)
    good, bad = first_day.drop()
    with ThreadPoolExecutor(3) as pool:
        runs = list(pool.map(lambda _: json.loads(runtime.invoke(first_day.processor, b"{}").payload), range(3)))
    assert sum(run["registered"] for run in runs) == 1
    runtime.drain()
    batch = first_day.only_batch()
    assert sum(run["sent"] for run in runs) == batch.chunks_total
    assert (batch.state, batch.rows_rejected, first_day.keys()) == ("closed", bad, good)


def test_a_secret_without_a_value_is_found_from_inside(
    runtime: LocalRuntime, first_day: FirstDay, typed: Typed, aws: Aws
) -> None:
    secrets = aws.client("secretsmanager")
    secrets.put_secret_value(SecretId=first_day.bucket, SecretString=f"not JSON: {PASSWORD}")
    answer = invoked(aws, first_day, {"command": "check"})
    assert answer["problem"]["about"] == "secret"
    assert PASSWORD not in json.dumps(answer)
    _, printed, _ = typed(preflight.main, "test")
    assert f"put-oracle-secret {first_day.bucket}" in printed
    assert PASSWORD not in printed


def test_a_run_that_finds_no_ledger_fails_and_says_what_to_type(runtime: LocalRuntime, first_day: FirstDay) -> None:
    first_day.drop(500)
    assert runtime.invoke(first_day.processor, b"{}").error
    log = (first_day.folder / "home" / "logs" / f"{first_day.processor}.log").read_text()
    assert "migrate-ledger" in log


def invoked(aws: Aws, first_day: FirstDay, command: dict[str, Any]) -> dict[str, Any]:
    """What the function answers to a command, through the local AWS's Lambda."""
    payload = json.dumps({"csvbatch": command}).encode()
    answer = aws.client("lambda").invoke(FunctionName=first_day.processor, Payload=payload)
    assert "FunctionError" not in answer
    found: dict[str, Any] = json.loads(answer["Payload"].read())["csvbatch"]
    return found
