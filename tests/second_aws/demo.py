"""The demo's scenario, with MiniStack's own runtime: its schedule starts the batch processor, its mapping the handler.

Two addresses of the functions are replaced: the database's, as everywhere without Oracle, and that of S3, by the one of
`workarounds.ranges_by_version`.
"""

import base64
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from csvbatch.contract.model import Contract
from csvbatch.contract.yaml_file import load_contracts
from csvbatch.store import Batch, BatchState, Store, StoreError, open_store
from scripts.account.names import names
from scripts.common.commands import run
from scripts.common.errors import UserError
from scripts.common.paths import LAMBDAS, PACKAGES, command
from scripts.local.demo import scenario
from scripts.local.runtime.functions import DATABASE_VARIABLE
from scripts.local.samples.data_files import DataFile
from tests.second_aws import workarounds
from tests.second_aws.server import Ministack
from tests.support.platform import Platform

OBJECTS_VARIABLE = "AWS_ENDPOINT_URL_S3"
"""Where the SDK looks for S3: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html."""
_SECRET = {"username": "csvbatch", "password": "made-up-and-used-by-nobody"}
_COMMAND_SECONDS = 300
_CLOSED_SECONDS = 900
_POLL_SECONDS = 1.0
_EVERY_MINUTE = "rate(1 minute)"
_GIVEN_BACK = ("ResponseMetadata", "Arn", "CreationDate", "LastModificationDate")
_BATCHES = 50


@dataclass
class Loading:
    """The applied environment with a SQLite file; what `scripts.local.demo.scenario` asks of a platform."""

    platform: Platform
    folder: Path
    objects_url: str
    _waiting: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.database = self.folder / "store.db"
        self.store: Store = open_store(f"sqlite:///{self.database}")
        self.contracts: Mapping[str, Contract] = load_contracts(LAMBDAS / "contracts")
        self.names = names(self.platform.environment)

    @property
    def functions(self) -> tuple[str, str]:
        """The names of both functions."""
        return self.names.batch_processor, self.names.request_handler

    @property
    def bucket(self) -> str:
        """The bucket for incoming files."""
        return str(self._variables(self.names.batch_processor)["CSVBATCH_BUCKET"])

    def prepare(self) -> None:
        """Point the functions at the database, put the secret, create the tables, and let the schedule fire."""
        secret = self._variables(self.names.batch_processor)["CSVBATCH_SECRET_ARN"]
        for name in self.functions:
            self._check_digest(name)
            self._replace_addresses(name)
        queue = self._variables(self.names.batch_processor)["CSVBATCH_QUEUE_URL"].rpartition("/")[2]
        environment = self.platform.environment
        queue_arn = f"arn:aws:sqs:{environment.region}:{environment.account_id}:{queue}"
        workarounds.allow(self.platform.client("iam"), self.names, self.bucket, queue_arn)
        self._run_command("put-oracle-secret", secret, given=json.dumps(_SECRET))
        self._run_command("migrate-ledger", self.platform.environment.name, "--apply", "--yes")
        set_schedules(self.platform, self.names.prefix, State="ENABLED", ScheduleExpression=_EVERY_MINUTE)

    def drop(self, file: DataFile) -> str:
        """Upload a file and return its version."""
        with file.path.open("rb") as body:
            answer = self.platform.client("s3").put_object(Bucket=self.bucket, Key=file.key, Body=body)
        version = str(answer["VersionId"])
        self._waiting.append(version)
        return version

    def run(self, say: Callable[[str], None]) -> None:
        """Wait until every uploaded file has been loaded; raises UserError where it takes too long, or fails."""
        deadline = time.monotonic() + _CLOSED_SECONDS
        shown = ""
        while True:
            states = self._states()
            text = ", ".join(sorted(states)) or "not registered"
            if text != shown:
                say(f"batches: {text}")
                shown = text
            if states == [str(BatchState.CLOSED)] * len(self._waiting):
                self._waiting.clear()
                return
            if str(BatchState.REFUSED) in states or str(BatchState.INCOMPLETE) in states:
                raise UserError(f"a file of the demo was not loaded; batches: {text}")
            if time.monotonic() > deadline:
                raise UserError(f"the files were not loaded within {_CLOSED_SECONDS} s; batches: {text}")
            time.sleep(_POLL_SECONDS)

    def batch(self, version: str) -> Batch:
        """The ledger's batch of an uploaded file."""
        return next(one for one in self.store.latest_batches(_BATCHES) if one.object_version == version)

    def rejects(self, batch: Batch) -> str:
        """The location of the rejected rows of a batch; empty if there are none."""
        return f"s3://{self.bucket}/rejected/{batch.dataset}/{batch.id}/" if batch.rows_rejected else ""

    def _states(self) -> list[str]:
        try:
            batches = self.store.latest_batches(_BATCHES)
        except StoreError:
            # The functions hold the file's lock.
            return []
        return [str(one.state) for one in batches if one.object_version in self._waiting]

    def _configuration(self, name: str) -> Any:
        return self.platform.client("lambda").get_function_configuration(FunctionName=name)

    def _variables(self, name: str) -> dict[str, str]:
        variables: dict[str, str] = self._configuration(name)["Environment"]["Variables"]
        return variables

    def _check_digest(self, name: str) -> None:
        """Raise UserError where what is deployed is not one of the built packages."""
        deployed = self._configuration(name)["CodeSha256"]
        built = {base64.b64encode(sha256(file.read_bytes()).digest()).decode() for file in PACKAGES.glob("*/*.zip")}
        if deployed not in built:
            raise UserError(f"{name} was deployed as {deployed}, which is no package of {PACKAGES}")

    def _replace_addresses(self, name: str) -> None:
        functions = self.platform.client("lambda")
        replaced = {DATABASE_VARIABLE: f"sqlite:///{self.database}", OBJECTS_VARIABLE: self.objects_url}
        variables = {**self._variables(name), **replaced}
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": variables})
        functions.get_waiter("function_updated_v2").wait(FunctionName=name)

    def _run_command(self, name: str, *arguments: str, given: str = "") -> None:
        variables = self.platform.aws.environment
        run([command(name), *arguments], limit_seconds=_COMMAND_SECONDS, environment=variables, given=given)


def set_schedules(platform: Platform, group: str, **changed: str) -> None:
    """Change every schedule of a group; what is not given stays."""
    scheduler = platform.client("scheduler")
    listed = scheduler.list_schedules(GroupName=group)["Schedules"]
    if not listed:
        raise UserError(f"schedule group {group} has no schedule")
    for one in listed:
        known = scheduler.get_schedule(GroupName=group, Name=one["Name"])
        for name in _GIVEN_BACK:
            known.pop(name, None)
        scheduler.update_schedule(**{**known, **changed})


def load(
    platform: Platform, ministack: Ministack, folder: Path, rows: int, say: Callable[[str], None]
) -> Sequence[Batch]:
    """Run the whole scenario and give the batches; raises UserError at the first wrong count."""
    folder.mkdir(parents=True, exist_ok=True)
    with workarounds.ranges_by_version(ministack) as objects_url:
        loading = Loading(platform, folder, objects_url)
        try:
            loading.prepare()
            say("tables created through the deployed function; the schedule fires each minute")
            steps = scenario.run(loading, folder, rows, say, lambda step: say(_line(step)))
            set_schedules(platform, loading.names.prefix, State="DISABLED")
            workarounds.forbid(platform.client("iam"), loading.names)
        finally:
            loading.store.close_connection()
    return [one.batch for step in steps for one in step.loaded]


def _line(step: scenario.Step) -> str:
    counts = ", ".join(
        f"{one.file.key} {one.batch.rows_read:,} = {one.batch.rows_merged:,} + {one.batch.rows_rejected:,}"
        for one in step.loaded
    )
    return f"{step.title}: {counts}; {step.proves}"
