"""Checks parameters against the resource schemas that cfn-lint ships, which have rules the service models lack.

They are CloudFormation's own schemas (https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html)
with cfn-lint's corrections. A property and a parameter with the same name are the same setting.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from scripts.local.aws.operation_call import OperationCall
from scripts.local.aws.validation.shapes import Violation, compile_pattern

SOURCE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"

RESOURCE_TYPES = {
    "cloudwatch.PutMetricAlarm": "AWS::CloudWatch::Alarm",
    "ec2.CreateSecurityGroup": "AWS::EC2::SecurityGroup",
    "events.PutRule": "AWS::Events::Rule",
    "iam.CreatePolicy": "AWS::IAM::ManagedPolicy",
    "iam.CreateRole": "AWS::IAM::Role",
    "kms.CreateAlias": "AWS::KMS::Alias",
    "kms.CreateKey": "AWS::KMS::Key",
    "kms.EnableKeyRotation": "AWS::KMS::Key",
    "kms.ScheduleKeyDeletion": "AWS::KMS::Key",
    "lambda.CreateEventSourceMapping": "AWS::Lambda::EventSourceMapping",
    "lambda.CreateFunction": "AWS::Lambda::Function",
    "lambda.PutFunctionConcurrency": "AWS::Lambda::Function",
    "lambda.UpdateEventSourceMapping": "AWS::Lambda::EventSourceMapping",
    "lambda.UpdateFunctionConfiguration": "AWS::Lambda::Function",
    "logs.CreateLogGroup": "AWS::Logs::LogGroup",
    "logs.PutRetentionPolicy": "AWS::Logs::LogGroup",
    "s3.CreateBucket": "AWS::S3::Bucket",
    "scheduler.CreateSchedule": "AWS::Scheduler::Schedule",
    "scheduler.CreateScheduleGroup": "AWS::Scheduler::ScheduleGroup",
    "secretsmanager.CreateSecret": "AWS::SecretsManager::Secret",
    "sns.CreateTopic": "AWS::SNS::Topic",
    "sqs.CreateQueue": "AWS::SQS::Queue",
    "sqs.SetQueueAttributes": "AWS::SQS::Queue",
}

_OTHER_NAMES = {
    ("ec2.CreateSecurityGroup", "Description"): "GroupDescription",
    ("s3.CreateBucket", "Bucket"): "BucketName",
    ("sns.CreateTopic", "Name"): "TopicName",
}
_OTHER_FORMS = frozenset({("iam.CreateRole", "Policies"), ("lambda.CreateFunction", "Code")})


def violations(call: OperationCall) -> Iterator[Violation]:
    """Every constraint of the resource schema that a call breaks."""
    kind = RESOURCE_TYPES.get(call.name)
    if kind is None:
        return
    properties = _schemas()[kind].get("properties", {})
    settings = dict(call.parameters)
    if call.service == "sqs":
        settings |= call.parameters.get("Attributes") or {}
    for name, value in settings.items():
        # Parameters of some services start with a lower-case letter, properties never do.
        schema = properties.get(_OTHER_NAMES.get((call.name, name), name[:1].upper() + name[1:]))
        if schema and (call.name, name) not in _OTHER_FORMS:
            path = name if name in call.parameters else f"Attributes.{name}"
            yield from _broken(schema, _as_typed(value, schema), path)


def constraints() -> Mapping[str, int]:
    """The number of property constraints in the schemas in use, by resource type."""
    keywords = {"pattern", "maxLength", "minLength", "minimum", "maximum", "enum"}
    return {
        kind: sum(len(keywords & one.keys()) for one in _schemas()[kind].get("properties", {}).values())
        for kind in sorted(set(RESOURCE_TYPES.values()))
    }


@cache
def _schemas() -> Mapping[str, Mapping[str, Any]]:
    """The schemas in use, by type; cfn-lint names the files by content and lists them per region."""
    folder = files("cfnlint.data.schemas")
    listed = json.loads((folder / "providers" / "us-east-1.json").read_text(encoding="utf-8"))
    return {
        kind: json.loads((folder / "resources" / f"{listed[kind]}.json").read_text(encoding="utf-8"))
        for kind in set(RESOURCE_TYPES.values())
    }


def _as_typed(value: Any, schema: Mapping[str, Any]) -> Any:
    """Convert queue attributes: strings in requests, numbers in schemas."""
    if isinstance(value, str) and schema.get("type") == "integer" and value.lstrip("-").isdecimal():
        return int(value)
    return value


def _broken(schema: Mapping[str, Any], value: Any, path: str) -> Iterator[Violation]:
    if isinstance(value, str):
        pattern = schema.get("pattern")
        if pattern and (compiled := compile_pattern(pattern)) and not compiled.search(value):
            yield Violation(path, f"Member must satisfy regular expression pattern: {pattern}", source=SOURCE)
        if len(value) > schema.get("maxLength", len(value)):
            yield Violation(path, f"Member must have length less than or equal to {schema['maxLength']}", source=SOURCE)
        if len(value) < schema.get("minLength", 0):
            yield Violation(
                path, f"Member must have length greater than or equal to {schema['minLength']}", source=SOURCE
            )
    if isinstance(value, int | float) and not isinstance(value, bool):
        if value > schema.get("maximum", value):
            yield Violation(path, f"Member must have value less than or equal to {schema['maximum']}", source=SOURCE)
        if value < schema.get("minimum", value):
            yield Violation(path, f"Member must have value greater than or equal to {schema['minimum']}", source=SOURCE)
    allowed = schema.get("enum")
    if allowed and isinstance(value, str | int) and value not in allowed:
        yield Violation(path, f"Member must satisfy enum value set: {allowed}", source=SOURCE)
