"""An environment as it was applied, at work on the virtual clock: files come, functions run, alarms are evaluated."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from scripts.common.environments import Environment
from scripts.local.cloudwatch.alarms import AlarmWatch, Change
from scripts.local.cloudwatch.metrics import MINUTE_SECONDS, Metrics
from tests.alarms.account import Account, loaded
from tests.alarms.clock import VirtualClock
from tests.alarms.functions import Function
from tests.alarms.lambda_service import LambdaService
from tests.alarms.queues import QueueMetrics
from tests.alarms.starts import Starts
from tests.support.mortal import Killed

START = datetime(2026, 11, 9, 6, 0, tzinfo=UTC)
CALL_SECONDS = 0.02
"""How long a call to AWS takes, unless a fault says otherwise."""

OTHER_EXTRA_POINTS = (0, 4)
"""AWS does not say how many more points than its periods an alarm looks at, so that these are watched as well."""

FILES_EVERY_MINUTES = 360
AIRPORTS = "icao,iata,name,city,subd,country,elevation,lat,lon,tz,lid\n" + (
    "EGLL,LHR,London Heathrow Airport,London,England,GB,83.0,51.4706,-0.461941,Europe/London,\n"
)
_SECRET = json.dumps({"username": "loader", "password": "made-up"})


@dataclass
class World:
    account: Account
    clock: VirtualClock
    folder: Path
    metrics: Metrics = field(default_factory=Metrics)
    on_calls: list[Callable[[str, str, Mapping[str, Any]], None]] = field(default_factory=list)
    notified: list[Change] = field(default_factory=list)
    files_arrive: bool = True
    drop_airports_each_run: bool = False
    files: int = 0

    def __post_init__(self) -> None:
        self.database.parent.mkdir(parents=True)
        now = lambda: self.clock.now  # noqa: E731
        self.functions = {
            name: Function(
                self.account,
                name,
                now,
                self._called,
                {"CSVBATCH_DATABASE_URL": f"sqlite:///{self.database}", "CSVBATCH_QUEUE_URL": self.queue_url},
                _expect_airports,
            )
            for name in (self.processor, self.handler)
        }
        self.lambdas = LambdaService(self.account, self.functions, self.metrics, now)
        self.starts = Starts(self.account, self.lambdas, self.metrics, now)
        self.queues = QueueMetrics(self.account, self.metrics, now)
        alarms = self.account.alarms()
        self.watch = AlarmWatch(alarms, self.metrics, self._notify)
        self.others = [AlarmWatch(alarms, self.metrics, extra_points=extra) for extra in OTHER_EXTRA_POINTS]
        self._store_secret()
        self._migrate()

    @property
    def database(self) -> Path:
        return self.folder / "database" / "csvbatch.db"

    @property
    def processor(self) -> str:
        return f"{self.account.prefix}-batch-processor"

    @property
    def handler(self) -> str:
        return f"{self.account.prefix}-request-handler"

    @property
    def queue_url(self) -> str:
        return self.account.queue_url(f"{self.account.prefix}-chunks")

    @property
    def bucket(self) -> str:
        environment = self.account.environment
        return f"{self.account.prefix}-{environment.account_id}-{environment.region}-data"

    @property
    def now(self) -> float:
        return self.clock.now

    def run(self, minutes: float, until: Callable[[], bool] = lambda: False) -> bool:
        """Let time pass, minute by minute; ends early, and gives True, once `until` holds."""
        end = self.now + minutes * MINUTE_SECONDS
        while self.now < end:
            self.clock.move_to((self.now // MINUTE_SECONDS + 1) * MINUTE_SECONDS)
            self._files_arrive()
            self.starts.work()
            self.lambdas.work()
            self.queues.publish(self.lambdas.polled())
            for watch in (self.watch, *self.others):
                watch.evaluate(self.now)
            if until():
                return True
        return False

    def _files_arrive(self) -> None:
        minute = int(self.now // MINUTE_SECONDS)
        if self.drop_airports_each_run or (self.files_arrive and minute % FILES_EVERY_MINUTES == 0):
            self.drop_airports()

    def drop_airports(self) -> None:
        """Let a small file of airports arrive."""
        self.files += 1
        self.drop(f"incoming/airports/{self.files:05d}.csv", AIRPORTS)

    def drop(self, key: str, content: str) -> None:
        """Let a file arrive."""
        self.account.client("s3").put_object(Bucket=self.bucket, Key=key, Body=content.encode())
        self.starts.object_created(self.bucket, key)

    def deliver_logs(self) -> None:
        """Put what the functions have printed into their log groups."""
        logs = self.account.client("logs")
        for function in self.functions.values():
            lines, function.log[:] = [(at, line) for at, line in function.log if line.strip()], []
            if lines:
                group, stream = f"/aws/lambda/{function.name}", f"{lines[0][0]:.0f}"
                logs.create_log_stream(logGroupName=group, logStreamName=stream)
                events = [{"timestamp": int(at * 1000), "message": line} for at, line in lines]
                logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)

    def is_ringing(self, alarm: str) -> bool:
        return alarm in self.watch.ringing()

    def restart(self) -> None:
        """Let both functions start again, as after a deployment or when their database has gone."""
        for function in self.functions.values():
            function.restart()

    def _called(self, service: str, operation: str, params: Mapping[str, Any]) -> None:
        self.spend(CALL_SECONDS)
        for on_call in list(self.on_calls):
            on_call(service, operation, params)

    def spend(self, seconds: float) -> None:
        """Let an invocation take time; it is killed when its timeout is over."""
        ends = [function.ends_at for function in self.functions.values() if function.ends_at is not None]
        left = min(ends) - self.now if ends else float("inf")
        self.clock.advance(min(seconds, left))
        if seconds >= left:
            raise Killed

    def _notify(self, change: Change) -> None:
        """Do what CloudWatch does when a state changes: show it, and start the actions."""
        self.account.client("cloudwatch").set_alarm_state(
            AlarmName=change.alarm.name, StateValue=change.after, StateReason="evaluated on the virtual clock"
        )
        message = json.dumps({"AlarmName": change.alarm.name, "NewStateValue": change.after})
        for topic in change.alarm.actions[change.after]:
            self.account.client("sns").publish(TopicArn=topic, Message=message)
            self.notified.append(change)

    def _store_secret(self) -> None:
        arn = self.functions[self.processor].configuration.variables["CSVBATCH_SECRET_ARN"]
        self.account.client("secretsmanager").put_secret_value(SecretId=arn, SecretString=_SECRET)

    def _migrate(self) -> None:
        command: dict[str, Any] = {"command": "migrate"}
        shown = self.functions[self.processor].invoke({"csvbatch": command}).answer["csvbatch"]
        apply = {**command, "apply": True, "digest": shown["digest"]}
        answer = self.functions[self.processor].invoke({"csvbatch": apply}).answer["csvbatch"]
        assert answer["applied"], answer


def _expect_airports(module: ModuleType) -> None:
    """Let a contract say how often its file has to come, as that of an environment would."""
    if hasattr(module, "CONTRACTS"):
        airports = module.CONTRACTS["airports"]
        module.CONTRACTS["airports"] = replace(airports, expected_every_hours=24)


@contextmanager
def world_of(environment: Environment, snapshot: Path, folder: Path, start: datetime = START) -> Iterator[World]:
    """Start an environment from what was applied to it."""
    with VirtualClock(start) as clock, loaded(environment, snapshot) as account:
        yield World(account, clock, folder)
