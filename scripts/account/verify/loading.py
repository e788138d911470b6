"""Loads a file through the deployed platform, and compares what became of it with what a plain csv reader finds.

The database of a real account can be reached from the VPC only. So the ledger's batch, and the number and a digest of
the rows in the table, are what the deployed function says of it; report, tag and rejects are read from the bucket.
"""

import csv
import io
import json
import time
from collections.abc import Iterator
from typing import Any

from csvbatch.aws.s3_objects import STATUS_TAG
from csvbatch.pipeline import layout
from csvbatch.store import BatchState, ObjectVersion
from csvbatch.store.batches import batch_id
from scripts.account.account import called
from scripts.account.function import FunctionError, ask, start_run
from scripts.account.verify import sample
from scripts.account.verify.context import Context
from scripts.common.errors import UserError

POLL_SECONDS = 2.0
RUN_EVERY_SECONDS = 60.0
"""How often the batch processor is started while a batch is not closed, in place of the schedule, which is off."""


FAILED_RUNS = 3
"""Failed runs in a row after which waiting ends: one may fail because another is running."""


def drop(context: Context) -> str:
    """Put the file under incoming/, as a producer does."""
    path = sample.write(context.folder / "sample", context.options.rows)
    bucket = context.account.names.data_bucket
    key = f"{layout.INCOMING}{sample.DATASET}/{path.name}"
    answer = called(context.account.client("s3").put_object, Bucket=bucket, Key=key, Body=path.read_bytes())
    version = ObjectVersion(key, answer["VersionId"])
    facts = {"key": key, "version": version.version, "batch": batch_id(bucket, version), "file": path.name}
    context.record.facts.update(facts)
    return f"s3://{bucket}/{key}, version {version.version}"


def wait(context: Context) -> str:
    """Start the batch processor, and wait until the ledger says that the batch has ended."""
    facts, environment = context.record.facts, context.environment.name
    deadline = time.monotonic() + context.options.wait_seconds
    next_run, failed, seen = 0.0, 0, "not registered"
    while True:
        if time.monotonic() >= next_run:
            failed = 0 if _start_run(context, failed) else failed + 1
            next_run = time.monotonic() + RUN_EVERY_SECONDS
        batch = _batch(context)
        state = batch["state"] if batch else "not registered"
        if state != seen:
            context.say(f"batch {facts['batch']} is {state}")
            seen = state
        if state == BatchState.CLOSED:
            return f"batch {facts['batch']}, {batch['chunks_total']} chunks"
        if state == BatchState.REFUSED:
            raise UserError(f"batch {facts['batch']} was refused: {batch['reason']}")
        if state == BatchState.INCOMPLETE:
            raise UserError(
                f"batch {facts['batch']} is incomplete: a chunk failed at its last delivery ({batch['failure']}). "
                f"Find the cause: aws logs tail /aws/lambda/{context.account.names.request_handler} --since 1h. Then "
                f"let it be sent again: csvbatch redrive"
            )
        if time.monotonic() > deadline:
            raise UserError(
                f"batch {facts['batch']} is {state} after {context.options.wait_seconds:g} s. See what it waits for: "
                f"preflight {environment}"
            )
        time.sleep(POLL_SECONDS)


def _start_run(context: Context, failed: int) -> bool:
    """Start a run and tell whether it succeeded; `failed` runs before it did not. Raises FunctionError at the third."""
    try:
        done = start_run(context.account)
    except FunctionError as error:
        if failed == FAILED_RUNS - 1:
            raise
        context.say(str(error))
        return False
    named = ", ".join(f"{done.get(name)} {name}" for name in ("registered", "sent", "closed", "failed"))
    context.say(f"batch processor: {named}")
    return True


def _batch(context: Context, *, contents: bool = False) -> dict[str, Any]:
    """What the ledger says of the batch; empty where it is not registered."""
    answer = ask(context.account, {"command": "batch", "batch": context.record.facts["batch"], "contents": contents})
    if problem := answer["problem"]:
        if problem["code"] == "UNKNOWN_BATCH":
            return {}
        raise UserError(f"{problem['text']} ({problem['code']})")
    return {**answer["batch"], "contents": answer["contents"]}


def compare(context: Context) -> str:
    """Compare ledger, table, report, tag and rejects with the file; raises UserError with every difference."""
    facts = context.record.facts
    expected = sample.expected(context.folder / "sample" / facts["file"])
    batch = _batch(context, contents=True)
    if not batch:
        raise UserError(f"batch {facts['batch']} is not in the ledger. Drop the file again: --from drop")
    differences = [*_counts(batch, expected), *_in_bucket(context, batch, expected)]
    facts["compared"] = {"rows": expected.rows, "kept": expected.kept, "rejected": expected.rejected}
    if differences:
        raise UserError("\n".join(differences))
    return (
        f"{expected.rows:,} rows = {expected.kept:,} in the table + {expected.superseded:,} superseded + "
        f"{expected.rejected:,} rejected; ledger, report, tag, rejects and a digest of the table agree with a plain "
        "csv reader (ledger and table as the function read them: the database was not read from here)"
    )


def _counts(batch: dict[str, Any], expected: sample.Expected) -> Iterator[str]:
    """Where ledger and table differ from the file."""
    read, merged, rejected = batch["rows_read"], batch["rows_merged"], batch["rows_rejected"]
    if read != merged + rejected:
        yield f"the ledger does not add up: {read} rows read, {merged} merged, {rejected} rejected"
    for name, found, wanted in (
        ("rows read", read, expected.rows),
        ("rows rejected", rejected, expected.rejected),
        ("rows superseded", batch["rows_superseded"], expected.superseded),
        ("rows in the table", batch["contents"]["rows"], expected.kept),
    ):
        if found != wanted:
            yield f"{name}: {found} in the database, {wanted} by a plain csv reader"
    if batch["contents"]["digest"] != expected.digest:
        yield f"the values in table {sample.DATASET} are not those of the file: their digests differ"


def _in_bucket(context: Context, batch: dict[str, Any], expected: sample.Expected) -> Iterator[str]:
    """Where report, tag and rejects differ from ledger and file; notes one object with rejects."""
    s3, bucket, facts = context.account.client("s3"), context.account.names.data_bucket, context.record.facts
    version = {"Bucket": bucket, "Key": facts["key"], "VersionId": facts["version"]}
    tags = {tag["Key"]: tag["Value"] for tag in called(s3.get_object_tagging, **version)["TagSet"]}
    wanted = "processed-with-rejects" if expected.rejected else "processed"
    if tags.get(STATUS_TAG) != wanted:
        yield f"the file's tag {STATUS_TAG} is {tags.get(STATUS_TAG)}, not {wanted}"
    key = layout.report_key(sample.DATASET, facts["batch"])
    report = json.loads(called(s3.get_object, Bucket=bucket, Key=key)["Body"].read())
    for name in ("rows_read", "rows_merged", "rows_superseded", "rows_rejected"):
        if report[name] != batch[name]:
            yield f"{name}: {report[name]} in {key}, {batch[name]} in the ledger"
    lines: set[int] = set()
    for rejects in report["rejects"]:
        facts["rejected"] = rejects
        text = called(s3.get_object, Bucket=bucket, Key=rejects)["Body"].read().decode()
        lines |= {int(one["line"]) for one in csv.DictReader(io.StringIO(text, newline=""))}
    if different := sorted(lines ^ expected.bad_lines):
        yield f"{len(different)} lines are rejected on one side only: {', '.join(map(str, different[:5]))}"
