"""The function that the schedule or the arrival of a file invokes: one run of the batch processor."""

import dataclasses
import gc
import os
from pathlib import Path
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from csvbatch.aws import operator
from csvbatch.aws.clients import client
from csvbatch.aws.object_created import created_keys
from csvbatch.aws.powertools import LOGGER, METRICS, TRACER, error_fields
from csvbatch.aws.s3_objects import S3Objects
from csvbatch.aws.secrets import StoreAccess
from csvbatch.aws.settings import CLAIM_DURATION, HandlerSettings, ProcessorSettings
from csvbatch.aws.sqs_queue import SqsQueue
from csvbatch.contract.yaml_file import load_contracts
from csvbatch.pipeline.ports import Deadline
from csvbatch.pipeline.processing import Processor, Run
from csvbatch.store import Store

SETTINGS = HandlerSettings.read(os.environ)
PROCESSOR_SETTINGS = ProcessorSettings.read(os.environ)
CONTRACTS = load_contracts(Path(__file__).resolve().parents[1] / "contracts")
OBJECTS = S3Objects(SETTINGS.bucket, client("s3", SETTINGS.region))
QUEUE = SqsQueue(PROCESSOR_SETTINGS.queue_url, client("sqs", SETTINGS.region))
STORE = StoreAccess(SETTINGS.database_url, SETTINGS.secret_arn, client("secretsmanager", SETTINGS.region))

gc.freeze()
gc.enable()


@LOGGER.inject_lambda_context(log_event=False, clear_state=True)
@METRICS.log_metrics(capture_cold_start_metric=True)
@TRACER.capture_lambda_handler(capture_response=False, capture_error=False)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Do all pending work, or run an operator's command: see `csvbatch.aws.operator`.

    Of any other event only the keys of new objects are used; all state is in the bucket and the ledger.
    """
    deadline = Deadline(lambda: context.get_remaining_time_in_millis() / 1000)
    if operator.is_command(event):
        return operator.answer(event, STORE, CONTRACTS.values(), deadline)

    def work(store: Store) -> Run:
        return Processor(
            store=store,
            objects=OBJECTS,
            queue=QUEUE,
            contracts=CONTRACTS,
            chunk_bytes=PROCESSOR_SETTINGS.chunk_bytes,
            resend_after=QUEUE.retention(),
            claim_duration=CLAIM_DURATION,
            deadline=deadline,
            keys=created_keys(event, SETTINGS.bucket),
        ).run()

    try:
        run = STORE.use(work, deadline.for_database)
    except Exception as error:
        LOGGER.error("run failed", extra={**error_fields(error), **operator.advice(error, STORE, deadline)})
        raise RuntimeError(f"run failed: {type(error).__name__}") from None
    for name, count in (
        ("FilesRegistered", run.registered),
        ("FilesRefused", run.refused),
        ("ChunksSent", run.sent),
        ("BatchesClosed", run.closed),
        ("FilesSkipped", run.skipped),
        ("BatchesFailed", run.failed),
        ("DatasetsOverdue", run.datasets_overdue),
    ):
        METRICS.add_metric(name=name, unit=MetricUnit.Count, value=count)
    METRICS.add_metric(name="OldestBatchAgeSeconds", unit=MetricUnit.Seconds, value=run.oldest_batch_age_seconds)
    return dataclasses.asdict(run)
