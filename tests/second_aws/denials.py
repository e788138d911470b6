"""The table of denials, asked of both: what no role may do, and the operator's call that shows it is the role."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tests.integration.least_privilege.denials import Denial
from tests.integration.least_privilege.denials_elsewhere import ELSEWHERE
from tests.integration.least_privilege.denials_of_buckets import BUCKETS
from tests.integration.least_privilege.enforced import HANDLER, OTHER_SECRET, PROCESSOR, QUEUE, Dev
from tests.integration.least_privilege.test_denials import PERMITTED, Permitted
from tests.second_aws import recorder
from tests.second_aws.differences import Difference
from tests.support.platform import DEV

DENIALS: Sequence[Denial] = (*BUCKETS, *ELSEWHERE)
PERMITS: Sequence[Permitted] = (
    *PERMITTED,
    (
        PROCESSOR,
        "sqs",
        "send_message_batch",
        lambda dev: {"QueueUrl": dev.queue_url(QUEUE), "Entries": [{"Id": "1", "MessageBody": "chunk"}]},
    ),
)
ALLOWED = "allowed"


class DevOnMinistack(Dev):
    """The applied environment on MiniStack, where functions are asked for their session: nobody can act as Lambda."""

    def _function(self, name: str) -> Mapping[str, str]:
        recorder.deploy(self.operator("lambda"), name)
        return recorder.session(self.operator("lambda"), name)


def prepared(dev: Dev) -> Dev:
    """With what roles must not reach: objects, a secret's value, another secret, log streams."""
    dev.prepare()
    secrets, logs = dev.operator("secretsmanager"), dev.operator("logs")
    secrets.put_secret_value(SecretId=dev.secret_arn, SecretString="{}")
    secrets.create_secret(Name=OTHER_SECRET, SecretString="{}")
    for function in (PROCESSOR, HANDLER):
        logs.create_log_stream(logGroupName=f"/aws/lambda/{function}", logStreamName="there")
    return dev


def compared(ours: Dev, ministack: Dev) -> list[Difference]:
    """Every denial, and every call that a role may make, to which the two answer differently."""
    answers = [(str_of(denial), asked(ours, denial), asked(ministack, denial)) for denial in DENIALS]
    for role, service, operation, parameters in PERMITS:
        name = f"{_short(role)} {service} {''.join(word.title() for word in operation.split('_'))} (may)"
        both = (
            outcome(partial(getattr(dev.role(role, service), operation), **parameters(dev)))
            for dev in (ours, ministack)
        )
        answers.append((name, *both))
    return [Difference("denial", *answer) for answer in answers if answer[1] != answer[2]]


def asked(dev: Dev, denial: Denial) -> str:
    """What one of them answers to the role, and to the operator."""
    return f"{outcome(lambda: denial.call(dev))}; operator {outcome(lambda: denial.call_of_operator(dev))}"


def str_of(denial: Denial) -> str:
    """The role, the action it lacks, and what the call would do."""
    return f"{_short(denial.role)} {denial.action} ({denial.title})"


def _short(role: str) -> str:
    return role.removeprefix(f"{DEV.prefix}-")


def outcome(call: Callable[[], Any]) -> str:
    """`allowed`, or the code of the error."""
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    except BotoCoreError as error:
        return type(error).__name__
    return ALLOWED
