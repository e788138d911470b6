"""The applied platform: uploads files, fires the schedule, processes the queue and reads the ledger."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from csvbatch.contract.model import Contract
from csvbatch.contract.yaml_file import load_contracts
from csvbatch.store import Batch, BatchState, Store, open_store
from scripts.account import commands
from scripts.common.errors import UserError
from scripts.local.aws.state import StateDirectory
from scripts.local.runtime.event_sources import Poller
from scripts.local.runtime.functions import Function
from scripts.local.runtime.invoke_endpoint import InvokeEndpoint
from scripts.local.runtime.packages import digest
from scripts.local.runtime.runtime import LocalRuntime
from scripts.local.samples.data_files import DataFile


class DemoPlatform:
    """One environment on the demo's local AWS, with a SQLite file in place of Oracle."""

    def __init__(
        self, state: StateDirectory, runtime: LocalRuntime, database: Path, variables: Mapping[str, str]
    ) -> None:
        self._state = state
        self._runtime = runtime
        self._variables = variables
        self._poller = _only_poller(runtime)
        self.handler = runtime.function(self._poller.mapping.function_arn)
        self.database = database
        self.store: Store = open_store(f"sqlite:///{database}")
        self.contracts: Mapping[str, Contract] = load_contracts(self.handler.task.code / "contracts")

    @property
    def bucket(self) -> str:
        """The bucket for incoming files."""
        return self.handler.configuration.variables["CSVBATCH_BUCKET"]

    def prepare(self) -> None:
        """Put the secret, create the tables, and delete the files and messages of an earlier demo.

        It uses the same commands as on a real account, which invoke the deployed function.
        """
        secret = self.handler.configuration.variables["CSVBATCH_SECRET_ARN"]
        commands.put_secret(secret, commands.MADE_UP_CREDENTIALS, self._variables)
        endpoint = InvokeEndpoint(self._state.routes_file, self._runtime.invoke, self._runtime.invoke_later)
        try:
            endpoint.publish(self._runtime.names())
            commands.migrate(self._state.environment, self._variables)
        finally:
            endpoint.close()
        self._empty_bucket()
        sqs = self._runtime.aws.client("sqs")
        name = self._poller.mapping.queue_arn.rpartition(":")[2]
        sqs.purge_queue(QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"])

    def drop(self, file: DataFile) -> str:
        """Upload a file to the bucket and return its version."""
        with file.path.open("rb") as body:
            answer = self._runtime.aws.client("s3").put_object(Bucket=self.bucket, Key=file.key, Body=body)
        return str(answer["VersionId"])

    def run(self, say: Callable[[str], None]) -> None:
        """Fire the schedule, process the queue until it is empty, and fire again; raises UserError on failure."""
        self._fire(say)
        polled = self._runtime.drain(lambda done: say(f"chunks loaded: {done.deleted}"))
        if polled.failed:
            raise UserError(
                f"{polled.failed} of {polled.received} messages failed; see {self.handler.task.log}\n"
                + "\n".join(polled.failures)
            )
        self._fire(say)

    def batch(self, version: str) -> Batch:
        """The ledger's batch of an uploaded file; raises UserError if it is not closed."""
        found = [one for one in self.store.latest_batches(50) if one.object_version == version]
        if not found:
            raise UserError(f"no batch was registered for version {version} of an uploaded file")
        if found[0].state is not BatchState.CLOSED:
            raise UserError(f"batch {found[0].id} is {found[0].state}, and should be closed: {found[0].reason}")
        return found[0]

    def rejects(self, batch: Batch) -> str:
        """The location of the rejected rows of a batch; empty if there are none."""
        return f"s3://{self.bucket}/rejected/{batch.dataset}/{batch.id}/" if batch.rows_rejected else ""

    def functions(self) -> list[Function]:
        """All deployed functions."""
        return [self._runtime.function(name) for name in self._runtime.names()]

    def check_digests(self) -> list[tuple[str, str, str]]:
        """Function, deployed digest and digest of the executed zip; raises UserError if they differ."""
        found = [
            (one.configuration.name, one.configuration.code_sha256, digest(one.package.zip)) for one in self.functions()
        ]
        for name, deployed, executed in found:
            if deployed != executed:
                raise UserError(f"{name} was deployed as {deployed}, and the zip executed is {executed}")
        return found

    def _fire(self, say: Callable[[str], None]) -> None:
        result = self._runtime.fire()
        if result.error:
            raise UserError(f"the batch processor failed: {result.payload.decode(errors='replace')}")
        run = json.loads(result.payload)
        if not run["is_complete"]:
            raise UserError("the batch processor did not finish its run; see its log")
        say("schedule fired: " + ", ".join(f"{run[name]} {name}" for name in ("registered", "sent", "closed")))

    def _empty_bucket(self) -> None:
        s3 = self._runtime.aws.client("s3")
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=self.bucket):
            for one in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
                s3.delete_object(Bucket=self.bucket, Key=one["Key"], VersionId=one["VersionId"])


def _only_poller(runtime: LocalRuntime) -> Poller:
    pollers = runtime.pollers()
    if len(pollers) != 1:
        raise UserError(f"{len(pollers)} queues are mapped to functions, and the demo expects the one of the chunks")
    return pollers[0]
