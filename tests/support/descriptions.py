"""Descriptions that Terraform plans to send to AWS, and what each service accepts for them.

Most limits come from the service models that botocore ships. EC2's model states no pattern for security groups; its
rule is written in the API reference:
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html
"""

import functools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import botocore.session

from scripts.local.aws.validation.documented import EC2_DESCRIPTION_CHARACTERS

ATTRIBUTES = ("alarm_description", "description", "display_name")
MODELLED = {
    ("aws_cloudwatch_event_rule", "description"): ("events", "PutRule", "Description"),
    ("aws_cloudwatch_metric_alarm", "alarm_description"): ("cloudwatch", "PutMetricAlarm", "AlarmDescription"),
    ("aws_iam_policy", "description"): ("iam", "CreatePolicy", "Description"),
    ("aws_iam_role", "description"): ("iam", "CreateRole", "Description"),
    ("aws_kms_key", "description"): ("kms", "CreateKey", "Description"),
    ("aws_lambda_code_signing_config", "description"): ("lambda", "CreateCodeSigningConfig", "Description"),
    ("aws_lambda_function", "description"): ("lambda", "CreateFunction", "Description"),
    ("aws_scheduler_schedule", "description"): ("scheduler", "CreateSchedule", "Description"),
    ("aws_secretsmanager_secret", "description"): ("secretsmanager", "CreateSecret", "Description"),
}
_RESOURCE = re.compile(r'^ *(?:[-+~/]+ )?resource "(\w+)" "(\w+)" \{$')
_ATTRIBUTE = re.compile(rf'^ *(?:[+~] )?({"|".join(ATTRIBUTES)}) += (?:".*" -> )?("(?:[^"\\]|\\.)*")')


@dataclass(frozen=True, slots=True)
class Limit:
    """What a service accepts: a pattern for the whole text, and a length in characters."""

    longest: int
    shortest: int = 0
    pattern: str = r"(?s:.*)"

    def accepts(self, text: str) -> bool:
        """Whether the service would take this text."""
        return self.shortest <= len(text) <= self.longest and re.fullmatch(self.pattern, text) is not None


EC2 = Limit(255, pattern=f"{EC2_DESCRIPTION_CHARACTERS}*")
DOCUMENTED = {
    ("aws_default_security_group", "description"): EC2,  # Written by EC2 itself, shown where its state is.
    ("aws_security_group", "description"): EC2,
    ("aws_vpc_security_group_egress_rule", "description"): EC2,
    ("aws_vpc_security_group_ingress_rule", "description"): EC2,
    # "Display name … can be up to 100 characters": https://docs.aws.amazon.com/sns/latest/dg/sns-create-topic.html
    ("aws_sns_topic", "display_name"): Limit(100),
}


@dataclass(frozen=True, slots=True)
class Description:
    """One text, and the attribute it is planned for."""

    resource_type: str
    name: str
    attribute: str
    text: str

    @property
    def problem(self) -> str | None:
        """Why AWS would refuse it, or None."""
        limit = limit_of(self.resource_type, self.attribute)
        place = f"{self.resource_type}.{self.name}: {self.attribute}"
        if limit is None:
            return f"{place} has no rule in tests/support/descriptions.py"
        return None if limit.accepts(self.text) else f"{place} is {self.text!r}, which AWS refuses: {limit}"


def limit_of(resource_type: str, attribute: str) -> Limit | None:
    """The rule for an attribute; None where no rule is known."""
    if documented := DOCUMENTED.get((resource_type, attribute)):
        return documented
    member = MODELLED.get((resource_type, attribute))
    return _modelled(*member) if member else None


def planned(shown: str) -> Iterator[Description]:
    """Every description in what Terraform shows of plans and states (`terraform test -verbose`, `terraform show`)."""
    resource = ("", "")
    for line in shown.splitlines():
        if head := _RESOURCE.match(line):
            resource = (head[1], head[2])
        elif found := _ATTRIBUTE.match(line):
            yield Description(*resource, found[1], json.loads(found[2]))


@functools.cache
def _modelled(service: str, operation: str, member: str) -> Limit:
    shape = botocore.session.get_session().get_service_model(service).operation_model(operation).input_shape
    assert shape is not None, f"{service}:{operation} takes nothing"
    stated = shape.members[member].metadata
    return Limit(stated["max"], stated.get("min", 0), stated.get("pattern", Limit(0).pattern))
