"""What the request handler measures; in a process of its own, since the function sets up its process when imported."""

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from csvbatch.contract.yaml_file import load_contract
from csvbatch.local.files import LocalFiles
from csvbatch.store import open_store
from tests.support.pipeline import Pipeline

CONTRACT = """
dataset: t
table: t
key: [code]
columns:
  - {name: code, type: string, max_length: 20}
  - {name: name, type: string, max_length: 5}
"""
ROWS = b"code,name\n1,a\n1,b\n1,c\n2,d\n3,too long\n"

PROGRAM = dedent("""
    import sys
    from pathlib import Path
    from types import SimpleNamespace
    from csvbatch.local.files import LocalFiles
    from csvbatch.store import open_store
    from request_handler import handler

    database, folder, file, body = sys.argv[1:]
    store = open_store(database)
    handler.OBJECTS = LocalFiles(Path(folder), {"incoming/t/t.csv": Path(file)}, bucket="bucket")
    handler.STORE = SimpleNamespace(use=lambda work, remaining: work(store))
    record = {"messageId": "1", "body": body, "attributes": {"ApproximateReceiveCount": "1"}, "eventSource": "aws:sqs"}
    context = SimpleNamespace(
        function_name="f", memory_limit_in_mb=1, invoked_function_arn="a", aws_request_id="r",
        get_remaining_time_in_millis=lambda: 60_000,
    )
    answer = handler.handler({"Records": [record]}, context)
    assert answer == {"batchItemFailures": []}, answer
""")


@pytest.fixture
def metrics(tmp_path: Path) -> dict[str, float]:
    """Load a file of five rows by one invocation, and give the metrics it wrote."""
    database = f"sqlite:///{tmp_path}/store.db"
    (tmp_path / "t.yaml").write_text(CONTRACT)
    contract = load_contract(tmp_path / "t.yaml")
    store = open_store(database)
    store.migrate([contract])
    pipeline = Pipeline(store, LocalFiles(tmp_path / "bucket", {}, bucket="bucket"), {"t": contract})
    pipeline.drop("t.csv", ROWS, "t")
    pipeline.process()
    (message,) = pipeline.queue.drain()
    store.close_connection()
    environment = {
        "PATH": os.environ["PATH"],
        "AWS_REGION": "eu-west-2",
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_SECRET_ACCESS_KEY": "made-up-and-used-by-nobody",
        "CSVBATCH_BUCKET": "bucket",
        "CSVBATCH_SECRET_ARN": "made-up-and-used-by-nobody",
        "CSVBATCH_DATABASE_URL": database,
        "CSVBATCH_MAX_RECEIVE_COUNT": "5",
        "POWERTOOLS_METRICS_NAMESPACE": "csvbatch",
        "POWERTOOLS_SERVICE_NAME": "request_handler",
        "POWERTOOLS_TRACE_DISABLED": "true",
    }
    file = pipeline.files.folder / "dropped" / "t.csv"
    command = [sys.executable, "-c", PROGRAM, database, pipeline.files.folder, file, message.dumps()]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    written = [json.loads(line) for line in ended.stdout.splitlines() if '"_aws"' in line]
    return {
        name: value[0] for one in written for name, value in one.items() if isinstance(value, list) and len(value) == 1
    }


def test_rows_are_measured_by_what_became_of_them(metrics: dict[str, float]) -> None:
    rows = {name: value for name, value in metrics.items() if name.startswith("Rows")}
    assert rows == {"RowsMerged": 4, "RowsSuperseded": 2, "RowsRejected": 1}
