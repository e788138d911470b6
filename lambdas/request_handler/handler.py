"""The function that the queue invokes: loads the chunk that each message names, and reports failed messages."""

import gc
import os
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from csvbatch.aws.clients import client
from csvbatch.aws.powertools import LOGGER, METRICS, TRACER, error_fields
from csvbatch.aws.s3_objects import S3Objects
from csvbatch.aws.secrets import StoreAccess
from csvbatch.aws.settings import HandlerSettings, LoaderSettings
from csvbatch.pipeline.delivery import Delivery, deliver
from csvbatch.pipeline.ports import Deadline

SETTINGS = HandlerSettings.read(os.environ)
LOADER_SETTINGS = LoaderSettings.read(os.environ)
OBJECTS = S3Objects(SETTINGS.bucket, client("s3", SETTINGS.region))
STORE = StoreAccess(SETTINGS.database_url, SETTINGS.secret_arn, client("secretsmanager", SETTINGS.region))
BATCH = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)

gc.freeze()
gc.enable()


class ChunkFailedError(Exception):
    """The chunk of a message was not loaded; has the type of the error and none of its text."""


@LOGGER.inject_lambda_context(log_event=False, clear_state=True)
@METRICS.log_metrics(capture_cold_start_metric=True)
@TRACER.capture_lambda_handler(capture_response=False, capture_error=False)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Load each message's chunk; the answer names the messages to deliver again."""
    deadline = Deadline(lambda: context.get_remaining_time_in_millis() / 1000, margin=10)

    def load(record: SQSRecord) -> None:
        is_last = int(record.attributes.approximate_receive_count) >= LOADER_SETTINGS.maximum_receives
        try:
            outcome = STORE.use(
                lambda store: deliver(store, OBJECTS, Delivery(record.body, is_last), deadline), deadline.for_database
            )
        except Exception as error:
            LOGGER.error("chunk not loaded", extra={**error_fields(error), "is_last_try": is_last})
            METRICS.add_metric(name="ChunksFailed", unit=MetricUnit.Count, value=1)
            raise ChunkFailedError(type(error).__name__) from None
        if outcome.loaded:
            METRICS.add_metric(name="RowsMerged", unit=MetricUnit.Count, value=outcome.chunk.rows_merged)
            METRICS.add_metric(name="RowsSuperseded", unit=MetricUnit.Count, value=outcome.chunk.rows_superseded)
            METRICS.add_metric(name="RowsRejected", unit=MetricUnit.Count, value=outcome.chunk.rows_rejected)

    return process_partial_response(event=event, record_handler=load, processor=BATCH, context=context)  # type: ignore[return-value]
