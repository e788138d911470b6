"""The metrics that a run of the batch processor's function emits, by the names that alarms know them by."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from scripts.common.paths import REPOSITORY

# The function as it is deployed, over a SQLite store, files of this machine and a queue in memory.
PROGRAM = """
import sys
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

from botocore.exceptions import ClientError
from batch_processor import handler
from csvbatch.local.files import LocalFiles
from csvbatch.local.queue import LocalQueue
from csvbatch.store import open_store

folder = Path(sys.argv[1])

class Queue(LocalQueue):
    def retention(self):
        return timedelta(days=4)

class Files(LocalFiles):
    def read(self, version, start=0, end=None):
        if "bad" in version.key:
            raise ClientError({"Error": {"Code": "InvalidObjectState"}}, "GetObject")
        return LocalFiles.read(self, version, start, end)

store = open_store(f"sqlite:///{folder}/store.db")
store.migrate(handler.CONTRACTS.values())
for name in ("bad", "good"):
    (folder / name).write_text("x")
handler.OBJECTS = Files(folder, {f"incoming/airports/{name}.csv": folder / name for name in ("bad", "good")}, "bucket")
handler.QUEUE = Queue()
handler.STORE = SimpleNamespace(use=lambda work, remaining: work(store))
context = SimpleNamespace(
    function_name="f", memory_limit_in_mb=1, invoked_function_arn="arn", aws_request_id="id",
    get_remaining_time_in_millis=lambda: 900_000,
)
handler.handler({}, context)
"""


def emitted(folder: Path) -> dict[str, Any]:
    variables = {
        "CSVBATCH_BUCKET": "bucket",
        "CSVBATCH_SECRET_ARN": "arn",
        "CSVBATCH_DATABASE_URL": "sqlite:///x.db",
        "CSVBATCH_QUEUE_URL": "url",
        "CSVBATCH_CHUNK_BYTES": "100000",
        "AWS_REGION": "eu-west-2",
        "POWERTOOLS_METRICS_NAMESPACE": "csvbatch",
        "POWERTOOLS_SERVICE_NAME": "csvbatch",
        "POWERTOOLS_TRACE_DISABLED": "true",
        "PYTHONPATH": str(REPOSITORY / "lambdas"),
    }
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, folder], env=variables, capture_output=True, text=True, timeout=120
    )
    assert ran.returncode == 0, ran.stderr
    lines = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
    (metrics,) = [line for line in lines if "FilesRegistered" in line]
    units = {one["Name"]: one["Unit"] for one in metrics["_aws"]["CloudWatchMetrics"][0]["Metrics"]}
    return {name: (metrics[name][0], unit) for name, unit in units.items()}


def test_a_run_says_what_failed_what_is_old_and_what_is_overdue(tmp_path: Path) -> None:
    found = emitted(tmp_path)
    assert found["BatchesFailed"] == (1, "Count")
    assert found["DatasetsOverdue"] == (0, "Count")
    age, unit = found["OldestBatchAgeSeconds"]
    assert unit == "Seconds"
    assert 0 <= age < 60
    assert found["FilesRefused"] == (1, "Count")
    assert found["FilesSkipped"] == (0, "Count")
