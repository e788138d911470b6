"""The deployed platform in this process: the pipeline's own code over a bucket of moto and a SQLite file."""

import io
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3

from csvbatch.aws import operator
from csvbatch.aws.s3_objects import S3Objects
from csvbatch.aws.secrets import StoreAccess
from csvbatch.contract.yaml_file import load_contracts
from csvbatch.local.queue import LocalQueue
from csvbatch.pipeline.delivery import Delivery, deliver
from csvbatch.pipeline.ports import NO_DEADLINE
from csvbatch.pipeline.processing import Processor
from csvbatch.store import Store
from scripts.account.names import names
from scripts.account.verify import loading
from scripts.account.verify.context import Context
from scripts.common.environments import Environment
from scripts.common.paths import LAMBDAS

OTHER = Environment("other", "333333333333", "us-east-1")
CONTRACTS = load_contracts(LAMBDAS / "contracts")


class Secrets:
    """A secret with made-up credentials; SQLite asks for none."""

    def get_secret_value(self, **_: str) -> dict[str, str]:
        return {"SecretString": json.dumps({"username": "loader", "password": "made-up"})}


@dataclass
class Deployed:
    """Both functions in this process: an invocation is a command or a run, and a run's messages are handled at once."""

    objects: S3Objects
    stores: StoreAccess
    queue: LocalQueue = field(default_factory=LocalQueue)
    before_chunk: Callable[[Store], object] = lambda _: None
    handles: bool = True

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803
        event = json.loads(Payload)
        answer = self.stores.use(self._run) if event == {} else self._answer(event)
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}

    def _answer(self, event: Any) -> dict[str, Any]:
        return operator.answer(event, self.stores, CONTRACTS.values(), NO_DEADLINE)

    def _run(self, store: Store) -> dict[str, Any]:
        processor = Processor(
            store=store,
            objects=self.objects,
            queue=self.queue,
            contracts=CONTRACTS,
            chunk_bytes=1_000_000,
            resend_after=timedelta(days=4),
            claim_duration=timedelta(minutes=16),
            deadline=NO_DEADLINE,
        )
        done = processor.run()
        self.before_chunk(store)
        for message in self.queue.drain() if self.handles else ():
            deliver(store, self.objects, Delivery(message.dumps(), is_last=False), NO_DEADLINE)
        return asdict(done)


@dataclass
class Account:
    """What the steps use of an account."""

    deployed: Deployed
    environment: Environment = OTHER
    names: Any = field(default_factory=lambda: names(OTHER))

    def client(self, service: str) -> Any:
        return boto3.client(service, OTHER.region)

    def invoker(self) -> Deployed:
        return self.deployed


@dataclass
class Desk:
    context: Context
    deployed: Deployed
    database: Path
    said: list[str]

    def load(self) -> None:
        loading.drop(self.context)
        loading.wait(self.context)

    def execute(self, sql: str) -> None:
        with closing(sqlite3.connect(self.database)) as connection, connection:
            assert connection.execute(sql).rowcount == 1
