"""Three identities, each with a call that it may make and one that it must not: AWS has to answer both."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from scripts.account.account import Account, called, client
from scripts.account.function import ask
from scripts.common.errors import UserError

_DENIED = frozenset({"AccessDenied", "AccessDeniedException"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What AWS said to one call; `problem` is empty where it said what it should."""

    identity: str
    call: str
    is_allowed: bool
    problem: str = ""

    def __str__(self) -> str:
        """One line for a person."""
        expected = "may" if self.is_allowed else "must not"
        return f"{self.identity} {expected} {self.call}: {self.problem or ('allowed' if self.is_allowed else 'denied')}"


def answers(account: Account, bucket: str, incoming: str, rejected: str) -> Iterator[Answer]:
    """Make the calls one after the other. `incoming` and `rejected` are keys of objects that exist in the bucket."""
    yield from _operator(account)
    yield from _rejects_reader(account, bucket, incoming, rejected)
    yield from _batch_processor(account, bucket, incoming, rejected)


def _operator(account: Account) -> Iterator[Answer]:
    """Whoever runs this; only Lambda may take a function's role, however much its caller may do otherwise."""
    answer = ask(account, {"command": "check"})
    problem = answer["problem"]["text"] if answer["problem"] else ""
    yield Answer("the operator", "invoke the batch processor", True, problem)
    sts, role = account.client("sts"), _role(account, "batch-processor")
    yield _denied(
        "the operator",
        "assume the batch processor's role",
        lambda: sts.assume_role(RoleArn=role, RoleSessionName="verify-account"),
    )


def _rejects_reader(account: Account, bucket: str, incoming: str, rejected: str) -> Iterator[Answer]:
    identity = "the rejects reader"
    s3 = _session_of(account, _role(account, "rejects-reader"))
    yield _allowed(identity, f"read {rejected}", lambda: s3.get_object(Bucket=bucket, Key=rejected)["Body"].read())
    yield _denied(identity, f"read {incoming}", lambda: s3.get_object(Bucket=bucket, Key=incoming)["Body"].read())


def _batch_processor(account: Account, bucket: str, incoming: str, rejected: str) -> Iterator[Answer]:
    """Nobody but Lambda can take this role, so IAM's own simulator says what its policies allow.

    It makes no call, and takes the policies that are attached:
    https://docs.aws.amazon.com/sdkfornet/v4/apidocs/items/IAM/TSimulatePrincipalPolicyRequest.html
    """
    for action, key, is_allowed in (
        ("s3:GetObjectVersion", incoming, True),
        ("s3:GetObject", rejected, False),
    ):
        answer = called(
            account.client("iam").simulate_principal_policy,
            PolicySourceArn=_role(account, "batch-processor"),
            ActionNames=[action],
            ResourceArns=[f"arn:{account.partition}:s3:::{bucket}/{key}"],
            ContextEntries=[
                {
                    "ContextKeyName": "aws:ResourceAccount",
                    "ContextKeyValues": [account.environment.account_id],
                    "ContextKeyType": "string",
                }
            ],
        )
        decision = answer["EvaluationResults"][0]["EvalDecision"]
        problem = "" if (decision == "allowed") == is_allowed else f"IAM's simulator says {decision}"
        yield Answer("the batch processor", f"call {action} on {key} (IAM's simulator)", is_allowed, problem)


def _session_of(account: Account, role: str) -> Any:
    """S3 as a role sees it; raises UserError where the caller may not take the role."""
    advice = {"AccessDenied": f"the caller needs sts:AssumeRole on {role}, and the role's trust must allow it"}
    given = called(account.client("sts").assume_role, advice=advice, RoleArn=role, RoleSessionName="verify-account")[
        "Credentials"
    ]
    session = boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    return client(session, "s3", account.environment.region)


def _role(account: Account, name: str) -> str:
    return f"arn:{account.partition}:iam::{account.environment.account_id}:role/{account.names.prefix}-{name}"


def _allowed(identity: str, call: str, make: Callable[[], Any]) -> Answer:
    return Answer(identity, call, True, _refusal(make))


def _denied(identity: str, call: str, make: Callable[[], Any]) -> Answer:
    code = _refusal(make)
    if not code:
        return Answer(identity, call, False, "it was not denied")
    return Answer(identity, call, False, "" if code in _DENIED else f"AWS answered {code}, which is no denial")


def _refusal(make: Callable[[], Any]) -> str:
    """The code of the error that a call ends with; empty where it succeeds."""
    try:
        make()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    except BotoCoreError as error:
        raise UserError(f"AWS cannot be reached ({type(error).__name__}), so a denial was not seen") from None
    return ""
