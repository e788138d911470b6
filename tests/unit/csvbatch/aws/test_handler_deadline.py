"""The deadline of an invocation reaches the waits for the database, through the handler that a queue wakes."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from csvbatch.contract.yaml_file import load_contracts
from csvbatch.csv_file.cutting import Chunk
from csvbatch.pipeline.messages import ChunkMessage
from csvbatch.store import NewBatch, ObjectVersion, open_store
from scripts.common.paths import REPOSITORY

# In a process of its own: a handler sets up logging for the whole of it.
INVOKE = """
import sys, time
from types import SimpleNamespace
url, body, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
from csvbatch.aws.secrets import StoreAccess
from request_handler import handler as module

class Secrets:
    exceptions = SimpleNamespace(ResourceNotFoundException=LookupError)
    def get_secret_value(self, SecretId):
        return {"SecretString": '{"username": "a", "password": "b"}', "VersionId": "1"}

module.STORE = StoreAccess(url, "arn", Secrets())
end = time.monotonic() + seconds
context = SimpleNamespace(
    function_name="f", memory_limit_in_mb=512, invoked_function_arn="arn", aws_request_id="1",
    get_remaining_time_in_millis=lambda: int((end - time.monotonic()) * 1000),
)
record = {
    "messageId": "1", "body": body, "eventSource": "aws:sqs", "attributes": {"ApproximateReceiveCount": "1"},
}
answer = module.handler({"Records": [record]}, context)
print("took", time.monotonic() - end + seconds)
print("failed", len(answer["batchItemFailures"]))
"""


def test_a_handler_that_finds_the_database_locked_gives_up_before_its_time_is_over(tmp_path: Path) -> None:
    """The time-out of a lock is a minute, and Lambda stops a function in the middle of whatever it waits for."""
    url = f"sqlite:///{tmp_path}/store.db"
    contract = load_contracts(REPOSITORY / "lambdas" / "contracts")["recipients"]
    store = open_store(url)
    store.migrate([contract])
    source = ObjectVersion("incoming/recipients/a.csv", "1")
    batch = store.register(NewBatch("recipients", "bucket", source, 9, contract)).batch
    store.record_chunks(batch.id, [Chunk(0, 0, 9, 1)])
    store.close_connection()
    body = ChunkMessage(batch.id, 0, "bucket", source.key, "1", 0, 9).dumps()
    with closing(sqlite3.connect(tmp_path / "store.db", isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        done = subprocess.run(
            [sys.executable, "-c", INVOKE, url, body, "8"],
            env={
                "PYTHONPATH": str(REPOSITORY / "lambdas"),
                "PATH": "",
                "AWS_REGION": "eu-west-2",
                "AWS_ACCESS_KEY_ID": "made-up",
                "AWS_SECRET_ACCESS_KEY": "made-up-and-used-by-nobody",
                "CSVBATCH_BUCKET": "bucket",
                "CSVBATCH_SECRET_ARN": "arn",
                "CSVBATCH_DATABASE_URL": url,
                "CSVBATCH_MAX_RECEIVE_COUNT": "5",
                "POWERTOOLS_TRACE_DISABLED": "true",
                "POWERTOOLS_METRICS_NAMESPACE": "csvbatch",
                "POWERTOOLS_SERVICE_NAME": "csvbatch",
            },
            capture_output=True,
            text=True,
            timeout=50,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    facts = dict(line.split() for line in done.stdout.splitlines() if line.startswith(("took", "failed")))
    assert facts["failed"] == "1"
    assert "SQLITE_BUSY" in done.stdout, "and for no other reason"
    assert float(facts["took"]) < 8
