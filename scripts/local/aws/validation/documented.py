"""Rules that AWS documents in words and that no service model states; each names its page."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from scripts.local.aws.operation_call import OperationCall
from scripts.local.aws.validation.parameters import strings_of, tag_maps, without_white_space
from scripts.local.aws.validation.shapes import Violation

_EC2_API = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/"
_EC2_ERRORS = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"
_IAM_QUOTAS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"
_LAMBDA_ENVIRONMENT = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html"
_LAMBDA_SQS = "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"
_ALARM = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"
"""Also in the words of an SDK:
https://docs.aws.amazon.com/sdk-for-kotlin/api/latest/cloudwatch/aws.sdk.kotlin.services.cloudwatch.model/-put-metric-alarm-request/period.html."""
_TAGS = "https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html"
_RATES = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html"
_REDRIVE = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html"
"""Without the range of receives; AWS states it for a construct of its own:
https://aws.github.io/modern-data-architecture-accelerator/typedocs/interfaces/_aws-mdaa_dataops-lambda-l3-construct.QueueDlqProps.html."""
_DISPLAY_NAME = "https://github.com/aws-solutions/cognito-user-profiles-export-reference-architecture/issues/7"
_BUCKET_NAMES = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"
_BUCKET_POLICY = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/add-bucket-policy.html"

EC2_DESCRIPTION_CHARACTERS = r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]"
_DESCRIPTION = re.compile(EC2_DESCRIPTION_CHARACTERS + "{0,255}")
_DESCRIPTION_RULE = "Member must have at most 255 of a-z, A-Z, 0-9, spaces and ._-:/()#,@[]+=&;{}!$*"
_RATE = re.compile(r"rate\((\d+) (minute|hour|day)(s?)\)")
_LAMBDA_RESERVED = frozenset(
    {"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
    | {"AWS_SESSION_TOKEN", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "LAMBDA_TASK_ROOT"}
    | {
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "LAMBDA_RUNTIME_DIR",
    }
    | {"AWS_LAMBDA_RUNTIME_API", "AWS_EXECUTION_ENV", "_HANDLER", "_X_AMZN_TRACE_ID"}
)

type Rule = Callable[[OperationCall], Iterator[Violation]]


@dataclass(frozen=True, slots=True)
class DocumentedRule:
    """A rule, the operations it applies to, and its page."""

    operations: frozenset[str]
    source: str
    check: Rule


RULES: list[DocumentedRule] = []


def violations(call: OperationCall) -> Iterator[Violation]:
    """Every documented rule that a call breaks."""
    return broken(RULES, call)


def broken(rules: Iterable[DocumentedRule], call: OperationCall) -> Iterator[Violation]:
    """Every one of these rules that a call breaks, with the rule's page; a rule without operations applies to all."""
    for rule in rules:
        if not rule.operations or call.name in rule.operations:
            for found in rule.check(call):
                yield replace(found, source=rule.source)


def _rule(source: str, *operations: str) -> Callable[[Rule], Rule]:
    def register(check: Rule) -> Rule:
        RULES.append(DocumentedRule(frozenset(operations), source, check))
        return check

    return register


@_rule(
    _EC2_API + "API_IpRange.html",
    *(
        f"ec2.{name}"
        for name in (
            "AuthorizeSecurityGroupIngress",
            "AuthorizeSecurityGroupEgress",
            "ModifySecurityGroupRules",
            "UpdateSecurityGroupRuleDescriptionsIngress",
            "UpdateSecurityGroupRuleDescriptionsEgress",
        )
    ),
)
def _rule_descriptions(call: OperationCall) -> Iterator[Violation]:
    for path, value in strings_of(call.parameters, "Description"):
        if not _DESCRIPTION.fullmatch(value):
            yield Violation(path, _DESCRIPTION_RULE)


@_rule(_EC2_API + "API_CreateSecurityGroup.html", "ec2.CreateSecurityGroup")
def _group_names(call: OperationCall) -> Iterator[Violation]:
    for member in ("GroupName", "Description"):
        if not _DESCRIPTION.fullmatch(str(call.parameters.get(member, ""))):
            yield Violation(member, _DESCRIPTION_RULE)
    if str(call.parameters.get("GroupName", "")).startswith("sg-"):
        yield Violation("GroupName", "Member must not begin with sg-")


@_rule(_EC2_ERRORS, "ec2.CreateVpc", "ec2.CreateSubnet")
def _network_sizes(call: OperationCall) -> Iterator[Violation]:
    block = str(call.parameters.get("CidrBlock", ""))
    prefix = block.rpartition("/")[2]
    # The page spells the first InvalidVpcRange, EC2 does not: https://github.com/grycap/im/issues/1011.
    code = "InvalidVpc.Range" if call.name == "ec2.CreateVpc" else "InvalidSubnet.Range"
    if prefix.isdecimal() and not 16 <= int(prefix) <= 28:
        yield Violation("CidrBlock", "Member must have a prefix length between /16 and /28", code=code)


@_rule(_TAGS)
def _tags(call: OperationCall) -> Iterator[Violation]:
    for path, tags in tag_maps(call.parameters):
        if len(tags) > 50:
            yield Violation(path, "Member must have at most 50 tags")
        for key, value in tags.items():
            if not 1 <= len(key) <= 128 or len(value) > 256:
                yield Violation(path, "Member must have keys of 1 to 128 and values of at most 256 characters")
            # In any case of letters: https://github.com/awsdocs/amazon-ecs-developer-guide/issues/72. Not with the code
            # of EC2's page, InvalidTagKey.Malformed: https://github.com/cloud-custodian/cloud-custodian/issues/5975.
            if key.lower().startswith("aws:"):
                yield Violation(path, "Member must not have keys that begin with aws:, which is reserved")


@_rule(_IAM_QUOTAS, "iam.CreateRole", "iam.UpdateAssumeRolePolicy", "iam.CreatePolicy")
def _policy_sizes(call: OperationCall) -> Iterator[Violation]:
    # AWS's answers: https://github.com/kubeflow/dashboard/issues/29 (trust policies),
    # https://github.com/ministryofjustice/analytical-platform/issues/6873 (managed policies).
    name, largest = ("PolicySize", 6_144) if call.name == "iam.CreatePolicy" else ("ACLSizePerRole", 2_048)
    for member in ("AssumeRolePolicyDocument", "PolicyDocument"):
        if without_white_space(call.text(member)) > largest:
            rule = f"Member must have at most {largest} characters, white space not counted"
            message = f"Cannot exceed quota for {name}: {largest}"
            yield Violation(member, rule, code="LimitExceeded", message=message)


@_rule(_BUCKET_POLICY, "s3.PutBucketPolicy")
def _bucket_policy_size(call: OperationCall) -> Iterator[Violation]:
    # White space does not count: https://github.com/MIT-LCP/physionet-build/issues/2094.
    if without_white_space(call.text("Policy")) > 20 * 1024:
        yield Violation("Policy", "Member must have at most 20 KB", code="PolicyTooLarge")


@_rule(_BUCKET_NAMES, "s3.CreateBucket")
def _bucket_names(call: OperationCall) -> Iterator[Violation]:
    name = str(call.parameters.get("Bucket", ""))
    is_address = re.fullmatch(r"\d+\.\d+\.\d+\.\d+", name)
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", name) or ".." in name or is_address:
        yield Violation("Bucket", "Member must be 3 to 63 lower-case letters, digits, dots and hyphens, and no address")
    if name.startswith(("xn--", "sthree-", "amzn-s3-demo-")) or name.endswith(
        ("-s3alias", "--ol-s3", ".mrap", "--x-s3")
    ):
        yield Violation("Bucket", "Member must not have a prefix or suffix that S3 reserves")


@_rule(_LAMBDA_ENVIRONMENT, "lambda.CreateFunction", "lambda.UpdateFunctionConfiguration")
def _function_environment(call: OperationCall) -> Iterator[Violation]:
    variables = (call.parameters.get("Environment") or {}).get("Variables") or {}
    for name in sorted(variables.keys() & _LAMBDA_RESERVED):
        yield Violation(f"Environment.Variables.{name}", "Member must not be a variable that Lambda reserves")
    if len(json.dumps(variables, separators=(",", ":")).encode()) > 4 * 1024:
        yield Violation("Environment.Variables", "Member must have at most 4 KB")


@_rule(_LAMBDA_SQS, "lambda.CreateEventSourceMapping", "lambda.UpdateEventSourceMapping")
def _queue_batches(call: OperationCall) -> Iterator[Violation]:
    window = call.parameters.get("MaximumBatchingWindowInSeconds") or 0
    size = call.parameters.get("BatchSize") or 10
    is_queue = ":sqs:" in str(call.parameters.get("EventSourceArn", ":sqs:"))
    if is_queue and size > 10 and window < 1:
        yield Violation(
            "MaximumBatchingWindowInSeconds", "Member must be at least 1 where BatchSize is more than 10 for a queue"
        )


@_rule(_ALARM, "cloudwatch.PutMetricAlarm")
def _alarm_periods(call: OperationCall) -> Iterator[Violation]:
    period = call.parameters.get("Period")
    if period is None:
        return
    if period not in (10, 20, 30) and period % 60:
        yield Violation("Period", "Member must be 10, 20, 30 or a multiple of 60")
    longest = 86_400 if period < 3_600 else 604_800
    periods = call.parameters.get("EvaluationPeriods") or 1
    if period * periods > longest:
        yield Violation("EvaluationPeriods", f"Member multiplied by Period must be at most {longest} seconds")
    if (call.parameters.get("DatapointsToAlarm") or 1) > periods:
        yield Violation("DatapointsToAlarm", "Member must be at most EvaluationPeriods")


@_rule(_RATES, "events.PutRule", "scheduler.CreateSchedule", "scheduler.UpdateSchedule")
def _schedule_expressions(call: OperationCall) -> Iterator[Violation]:
    expression = str(call.parameters.get("ScheduleExpression") or "")
    kinds = ("rate(", "cron(") + (("at(",) if call.service == "scheduler" else ())
    if not expression:
        return
    rate = _RATE.fullmatch(expression)
    if not (expression.startswith(kinds) and expression.endswith(")")):
        yield Violation("ScheduleExpression", f"Member must begin with {' or '.join(kinds)} and end with )")
    elif expression.startswith("rate(") and (not rate or int(rate[1]) < 1 or (rate[1] == "1") == bool(rate[3])):
        yield Violation(
            "ScheduleExpression", "Member must be rate(1 minute), rate(5 minutes) or likewise in hours, days"
        )
    elif expression.startswith("cron(") and not _is_cron(expression[5:-1]):
        yield Violation("ScheduleExpression", "Member must have six fields, with ? in one of day-of-month, day-of-week")


def _is_cron(fields: str) -> bool:
    parts = fields.split()
    return len(parts) == 6 and "?" in (parts[2], parts[4])


@_rule(_REDRIVE, "sqs.CreateQueue", "sqs.SetQueueAttributes")
def _redrive_policy(call: OperationCall) -> Iterator[Violation]:
    text = (call.parameters.get("Attributes") or {}).get("RedrivePolicy")
    if not text:
        return
    try:
        policy = json.loads(text)
        receives = int(policy["maxReceiveCount"])
        target = str(policy["deadLetterTargetArn"])
    except (ValueError, KeyError, TypeError):
        yield Violation("Attributes.RedrivePolicy", "Member must be JSON with deadLetterTargetArn and maxReceiveCount")
        return
    if not 1 <= receives <= 1000:
        yield Violation("Attributes.RedrivePolicy", "Member must have a maxReceiveCount between 1 and 1000")
    if not re.fullmatch(r"arn:[\w-]+:sqs:[\w-]+:\d{12}:[\w-]{1,80}(\.fifo)?", target):
        yield Violation("Attributes.RedrivePolicy", "Member must have the ARN of a queue as deadLetterTargetArn")


@_rule(_DISPLAY_NAME, "sns.CreateTopic", "sns.SetTopicAttributes")
def _display_names(call: OperationCall) -> Iterator[Violation]:
    given = dict(call.parameters.get("Attributes") or {})
    if call.text("AttributeName") == "DisplayName":
        given["DisplayName"] = call.text("AttributeValue")
    if len(given.get("DisplayName") or "") > 100:
        message = "Invalid parameter: Attributes Reason: DisplayName"
        yield Violation("Attributes.DisplayName", "Member must have at most 100 characters", message=message)
