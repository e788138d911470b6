"""Everything the platform does to files: good, bad, packed, refused and failing ones, through the deployed zips."""

import gzip
import random
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from csvbatch.store import Batch
from scripts.common import environments
from scripts.common.paths import REPOSITORY
from scripts.local.aws.server import LocalAws
from scripts.local.demo import scenario
from scripts.local.demo.platform import DemoPlatform
from scripts.local.runtime.functions import DATABASE_VARIABLE, Paths
from scripts.local.runtime.runtime import LocalRuntime
from tests.integration.least_privilege.enforced import HANDLER, PROCESSOR, READER, Dev, IamDecision, iam_decisions

PACKAGES = REPOSITORY / "dist" / "lambda"
ROWS = 2000
_WIDE_BYTES = 100_000
_HEADER = b"icao,iata,name,city,subd,country,elevation,lat,lon,tz,lid,notes\n"


@dataclass(frozen=True, slots=True)
class Flow:
    """The result: the counts of each batch, the dead letters, and the decisions of the local AWS."""

    numbers: Sequence[tuple[str, str, int, int, int, int]]
    rejected_files_read: int
    dead_letters: Sequence[int]
    decisions: Sequence[IamDecision]


def flow_of(snapshot: Path, folder: Path, *, enforce_iam: bool) -> Flow:
    """Load all kinds of files into an environment that starts from a snapshot."""
    environment = environments.default()
    with LocalAws(
        environment.name, environment.account_id, environment.region, snapshot, enforce_iam=enforce_iam
    ) as aws:
        dev = Dev(aws)
        database = folder / "store.db"
        replaced = {DATABASE_VARIABLE: f"sqlite:///{database}"}
        with LocalRuntime(dev.aws, Paths(PACKAGES, folder / "home"), replaced) as runtime:
            platform = DemoPlatform(aws.state, runtime, database, aws.environment)
            platform.prepare()
            scenario.run(platform, folder, ROWS, lambda line: None, lambda step: None)
            _load_packed_and_refused(dev, platform)
            dead_letters = _fail_both(dev, runtime, database)
            batches = sorted(
                platform.store.latest_batches(50), key=lambda batch: (batch.object_key, batch.load_sequence)
            )
            platform.store.close_connection()
        return Flow([_numbers(one) for one in batches], _read_rejects(dev), dead_letters, iam_decisions(aws.log))


def _numbers(batch: Batch) -> tuple[str, str, int, int, int, int]:
    return (
        batch.object_key,
        str(batch.state),
        batch.rows_read,
        batch.rows_merged,
        batch.rows_rejected,
        batch.chunks_total,
    )


def _load_packed_and_refused(dev: Dev, platform: DemoPlatform) -> None:
    """Packed files that are unpacked in parts, one of them cut short; and one that has no header."""
    packed = gzip.compress(_HEADER + b"".join(_wide_rows(200)), compresslevel=1)
    for name, body in (("packed.csv.gz", packed), ("cut.csv.gz", packed[:-20_000]), ("refused.csv", b"no header\n")):
        dev.operator("s3").put_object(Bucket=platform.bucket, Key=f"incoming/airports/{name}", Body=body)
    platform.run(lambda line: None)


def _wide_rows(count: int) -> Iterator[bytes]:
    """Rows with a column that the contract does not ask for, so wide that few of them fill several parts."""
    bits = random.Random(count)
    for number in range(count):
        code = f"X{chr(65 + number // 26)}{chr(65 + number % 26)}0"
        yield f"{code},,Field,Town,,GB,1,1.0,1.0,Europe/London,,{bits.randbytes(_WIDE_BYTES // 2).hex()}\n".encode()


def _fail_both(dev: Dev, runtime: LocalRuntime, database: Path) -> list[int]:
    """Let both functions fail on asynchronous events; return the dead letters of each."""
    with _without_ledger(database):
        for name in (PROCESSOR, HANDLER):
            assert runtime.invoke_later(name, b'{"Records": "none"}').result().error
    return [_messages(dev, f"{name}-dead-letters") for name in (PROCESSOR, HANDLER)]


def _messages(dev: Dev, queue: str) -> int:
    answer = dev.operator("sqs").get_queue_attributes(
        QueueUrl=dev.queue_url(queue), AttributeNames=["ApproximateNumberOfMessages"]
    )
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])


@contextmanager
def _without_ledger(database: Path) -> Iterator[None]:
    """Hide every table."""
    with closing(sqlite3.connect(database)) as connection, connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in names:
            connection.execute(f'ALTER TABLE "{name}" RENAME TO "hidden_{name}"')
    yield
    with closing(sqlite3.connect(database)) as connection, connection:
        for name in names:
            connection.execute(f'ALTER TABLE "hidden_{name}" RENAME TO "{name}"')


def _read_rejects(dev: Dev) -> int:
    """List the rejects and read each file, with the reader role."""
    s3 = dev.role(READER, "s3")
    found = s3.list_objects_v2(Bucket=dev.bucket("data"), Prefix="rejected/recipients/")["Contents"]
    for one in found:
        assert s3.get_object(Bucket=dev.bucket("data"), Key=one["Key"])["Body"].read()
    return len(found)
