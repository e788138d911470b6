"""The packaged functions on a local AWS: one for all schedules of a run, whose databases are served in turn."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from scripts.common.paths import PACKAGES
from scripts.local.aws.server import LocalAws
from scripts.local.runtime.aws import Aws
from scripts.local.runtime.event_sources import EventSourceMapping, mappings
from scripts.local.runtime.functions import DATABASE_VARIABLE
from tests.faults.packaged.aws_proxy import AwsProxy
from tests.faults.packaged.conditions import Conditions
from tests.faults.world import MAXIMUM_RECEIVES, RETENTION, VISIBILITY
from tests.integration.local.runtime.deployment import Deployment

MEMORY_MB = 1024
TIMEOUT_SECONDS = 120
CHUNK_BYTES = 250
"""Three or four rows: files of a few rows have several chunks."""

USER = "loader"


@dataclass(frozen=True, slots=True)
class Resources:
    """What the functions use: names, ARNs and the URLs of queues."""

    bucket: str
    secret: str
    queue: str
    queue_arn: str
    dead_letters: str


@dataclass(frozen=True, slots=True)
class Release:
    """The names of the two functions of a release."""

    processor: str
    handler: str


@dataclass(frozen=True, slots=True)
class Platform:
    """What is deployed.

    `aws` is the local AWS itself, `faulty` what the functions see of it. `deploy` deploys the packages of another
    release beside those of today.
    """

    aws: Aws
    faulty: Aws
    conditions: Conditions
    folder: Path
    packages: Path
    resources: Resources
    today: Release
    mapping: EventSourceMapping
    deploy: Callable[[Path], Release]

    def put_secret(self, password: str) -> None:
        """Store the password of the functions' user."""
        value = json.dumps({"username": USER, "password": password})
        self.aws.client("secretsmanager").put_secret_value(SecretId=self.resources.secret, SecretString=value)

    def count(self, queue: str) -> int:
        """Count the messages of a queue, visible or not."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self.aws.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=names)
        return sum(int(value) for value in answer["Attributes"].values())

    def delete_messages(self, queue: str) -> int:
        """Delete the visible messages of a queue, and count them: PurgeQueue is allowed once a minute."""
        sqs = self.aws.client("sqs")
        deleted = 0
        while found := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
            entries = [{"Id": str(number), "ReceiptHandle": one["ReceiptHandle"]} for number, one in enumerate(found)]
            sqs.delete_message_batch(QueueUrl=queue, Entries=entries)
            deleted += len(found)
        return deleted

    def empty_bucket(self) -> None:
        """Delete every version of every object."""
        s3 = self.aws.client("s3")
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=self.resources.bucket):
            found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            if found:
                listed = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]
                s3.delete_objects(Bucket=self.resources.bucket, Delete={"Objects": listed})


@contextmanager
def platform(
    folder: Path,
    *,
    chunk_bytes: int = CHUNK_BYTES,
    concurrency: int | None = None,
    visibility: timedelta = VISIBILITY,
) -> Iterator[Platform]:
    """Deploy both functions to a local AWS of their own.

    `concurrency` is the most request handlers at once, `visibility` after how long a failed message comes again.
    """
    with ExitStack() as running:
        server = running.enter_context(LocalAws())
        aws = Aws(server.endpoint)
        conditions = Conditions()
        proxy = AwsProxy(server.endpoint, conditions)
        running.callback(proxy.close)
        deployment = running.enter_context(Deployment(aws, folder / "deployed"))
        resources = _resources(deployment, visibility)
        deploy = partial(_deploy, deployment, resources, chunk_bytes)
        today = deploy(PACKAGES)
        scaling = {} if concurrency is None else {"ScalingConfig": {"MaximumConcurrency": concurrency}}
        deployment.mapping(
            today.handler, resources.queue_arn, FunctionResponseTypes=["ReportBatchItemFailures"], **scaling
        )
        (mapping,) = mappings(aws)
        yield Platform(
            aws=aws,
            faulty=Aws(proxy.endpoint),
            conditions=conditions,
            folder=folder,
            packages=deployment.packages,
            resources=resources,
            today=today,
            mapping=mapping,
            deploy=deploy,
        )


def _resources(deployment: Deployment, visibility: timedelta) -> Resources:
    bucket = deployment.bucket()
    dead_letters, dead_letters_arn = deployment.queue()
    redrive = json.dumps({"deadLetterTargetArn": dead_letters_arn, "maxReceiveCount": MAXIMUM_RECEIVES})
    queue, queue_arn = deployment.queue(
        VisibilityTimeout=str(int(visibility.total_seconds())),
        MessageRetentionPeriod=str(int(RETENTION.total_seconds())),
        RedrivePolicy=redrive,
    )
    secret = deployment.aws.client("secretsmanager").create_secret(Name=bucket)["ARN"]
    return Resources(bucket, secret, queue, queue_arn, dead_letters)


def _deploy(deployment: Deployment, resources: Resources, chunk_bytes: int, packages: Path) -> Release:
    variables = {
        "CSVBATCH_BUCKET": resources.bucket,
        "CSVBATCH_SECRET_ARN": resources.secret,
        DATABASE_VARIABLE: "oracle://nowhere.example:2484/APP?protocol=tcps",
        "CSVBATCH_QUEUE_URL": resources.queue,
        "CSVBATCH_CHUNK_BYTES": str(chunk_bytes),
        "CSVBATCH_MAX_RECEIVE_COUNT": str(MAXIMUM_RECEIVES),
        "POWERTOOLS_SERVICE_NAME": "csvbatch",
        "POWERTOOLS_METRICS_NAMESPACE": "csvbatch",
    }
    settings: dict[str, Any] = {
        "Environment": {"Variables": variables},
        "Timeout": TIMEOUT_SECONDS,
        "MemorySize": MEMORY_MB,
        "LoggingConfig": {"LogFormat": "JSON", "ApplicationLogLevel": "INFO"},
    }
    processor, handler = (
        deployment.zip(
            (packages / "x86_64" / f"{name}.zip").read_bytes(), handler=f"{name}.handler.handler", **settings
        )
        for name in ("batch_processor", "request_handler")
    )
    return Release(processor, handler)
