"""Deploys functions of a few lines: a zip, its manifest, a role, and what starts them."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from scripts.local.runtime import packages
from scripts.local.runtime.aws import Aws


class Deployment:
    """What one test has deployed; all of it is gone afterwards."""

    def __init__(self, aws: Aws, folder: Path) -> None:
        self.aws = aws
        self.packages = folder
        self._undo: list[Callable[[], object]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for undo in reversed(self._undo):
            undo()

    def function(self, source: str, **configuration: Any) -> str:
        """Deploy a module with a function `handler`; give its name."""
        zipped = io.BytesIO()
        with zipfile.ZipFile(zipped, "w") as archive:
            archive.writestr("loader.py", source)
        return self.zip(zipped.getvalue(), handler="loader.handler", **configuration)

    def zip(self, content: bytes, handler: str, **configuration: Any) -> str:
        """Deploy a zip, and leave it with its manifest where the runtime looks for it; give the function's name."""
        name = f"function-{uuid4().hex[:8]}"
        functions = self.aws.client("lambda")
        functions.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=self.role(name),
            Handler=handler,
            Code={"ZipFile": content},
            **{"Timeout": 30, **configuration},
        )
        self._undo.append(lambda: functions.delete_function(FunctionName=name))
        folder = self.packages / "x86_64"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.zip").write_bytes(content)
        manifest = {"zip": f"{name}.zip", "code_sha256": packages.digest(folder / f"{name}.zip")}
        (folder / f"{name}.json").write_text(json.dumps(manifest))
        return name

    def role(self, name: str) -> str:
        """A role of that name, with which Lambda may poll queues; give its ARN."""
        iam = self.aws.client("iam")
        answer = iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")
        self._undo.append(lambda: iam.delete_role(RoleName=name))
        may = {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [may]})
        iam.put_role_policy(RoleName=name, PolicyName="queues", PolicyDocument=policy)
        self._undo.append(lambda: iam.delete_role_policy(RoleName=name, PolicyName="queues"))
        return str(answer["Role"]["Arn"])

    def queue(self, **attributes: str) -> tuple[str, str]:
        """A queue; give its URL and ARN."""
        sqs = self.aws.client("sqs")
        url = str(sqs.create_queue(QueueName=f"queue-{uuid4().hex[:8]}", Attributes=attributes)["QueueUrl"])
        self._undo.append(lambda: sqs.delete_queue(QueueUrl=url))
        answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return url, str(answer["Attributes"]["QueueArn"])

    def mapping(self, function: str, queue_arn: str, **configuration: Any) -> None:
        """Let a queue start a function."""
        functions = self.aws.client("lambda")
        made = functions.create_event_source_mapping(
            FunctionName=function, EventSourceArn=queue_arn, **{"BatchSize": 1, **configuration}
        )
        self._undo.append(lambda: functions.delete_event_source_mapping(UUID=made["UUID"]))

    def schedule(self, function: str, expression: str, *, enabled: bool) -> str:
        """Let the clock start a function; give the schedule's name."""
        scheduler = self.aws.client("scheduler")
        name = f"schedule-{uuid4().hex[:8]}"
        scheduler.create_schedule(
            Name=name,
            ScheduleExpression=expression,
            State="ENABLED" if enabled else "DISABLED",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": self.arn(function), "RoleArn": self.role(name)},
        )
        self._undo.append(lambda: scheduler.delete_schedule(Name=name))
        return name

    def bucket(self) -> str:
        """A bucket with versions on."""
        s3 = self.aws.client("s3")
        name = f"bucket-{uuid4().hex[:8]}"
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": self.aws.endpoint.region})
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        return name

    def object_created_rule(self, function: str, bucket: str, *, enabled: bool) -> None:
        """Let an object that arrives below incoming/ start a function."""
        events = self.aws.client("events")
        name = f"rule-{uuid4().hex[:8]}"
        pattern = {
            "source": ["aws.s3"],
            "detail-type": ["Object Created"],
            "detail": {"bucket": {"name": [bucket]}, "object": {"key": [{"prefix": "incoming/"}]}},
        }
        events.put_rule(Name=name, EventPattern=json.dumps(pattern), State="ENABLED" if enabled else "DISABLED")
        events.put_targets(Rule=name, Targets=[{"Id": "function", "Arn": self.arn(function)}])
        self._undo.append(lambda: events.delete_rule(Name=name))
        self._undo.append(lambda: events.remove_targets(Rule=name, Ids=["function"]))

    def arn(self, function: str) -> str:
        """A function's ARN."""
        return str(self.aws.client("lambda").get_function_configuration(FunctionName=function)["FunctionArn"])
