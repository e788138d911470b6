"""The checks of `preflight`; each asks AWS, changes nothing, and yields what is missing."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from scripts.account.account import Account
from scripts.account.findings import Finding
from scripts.account.function import FunctionError, ask
from scripts.account.names import FUNCTIONS, settings
from scripts.common.paths import PACKAGES

LEAST_UNRESERVED = 100
"""Concurrent executions that Lambda requires to stay unreserved:
https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionConcurrency.html.

A new account's quota is often only 10, and then nothing can be reserved:
https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html.
"""

QUOTA_CODE = "L-B99A9384"
"""Lambda's quota "Concurrent executions", as Service Quotas calls it."""

type Check = Callable[[Account], Iterator[Finding]]


def concurrency(account: Account) -> Iterator[Finding]:
    """Whether Lambda would accept the reservations of env.hcl."""
    environment = account.environment.name
    wanted = settings(account.environment).reserved_in_all
    functions = account.client("lambda")
    limit = functions.get_account_settings()["AccountLimit"]
    ours = sum(_reserved(functions, getattr(account.names, name)) for name in FUNCTIONS)
    unreserved = int(limit["UnreservedConcurrentExecutions"])
    if wanted > ours and unreserved + ours - wanted < LEAST_UNRESERVED:
        quota = int(limit["ConcurrentExecutions"])
        yield Finding(
            "concurrency",
            f"live/{environment}/env.hcl reserves {wanted} concurrent executions, which Lambda would refuse: the "
            f"account's quota is {quota}, other functions leave {unreserved + ours} of it, and {LEAST_UNRESERVED} have "
            "to stay unreserved. Set both values of reserved_concurrency to null, or request a larger quota",
            f"aws service-quotas request-service-quota-increase --service-code lambda --quota-code {QUOTA_CODE} "
            f"--desired-value 1000 --region {account.environment.region}",
        )


def packages(account: Account) -> Iterator[Finding]:
    """Whether the functions' packages are built, which a plan and an apply need."""
    for name in FUNCTIONS:
        if _manifest(account, name) is None:
            yield Finding("package", f"the package of {name} has not been built", "make package")


def secret(account: Account) -> Iterator[Finding]:
    """Whether the secret exists and has a value; the value itself is not read."""
    name, environment = account.names.secret, account.environment.name
    described = _found(account.client("secretsmanager").describe_secret, "ResourceNotFoundException", SecretId=name)
    if described is None:
        yield Finding(
            "secret",
            f"{name} does not exist",
            f"cd live/{environment} && terragrunt run --all --queue-include-dir kms --queue-include-dir secrets apply",
        )
    elif described.get("DeletedDate"):
        yield Finding(
            "secret", f"{name} is scheduled for deletion", f"aws secretsmanager restore-secret --secret-id {name}"
        )
    elif not any("AWSCURRENT" in stages for stages in (described.get("VersionIdsToStages") or {}).values()):
        yield Finding("secret", f"{name} has no value", _put_secret(account))


def functions(account: Account) -> Iterator[Finding]:
    """Whether the functions are deployed, and from the packages that were built here."""
    environment = account.environment.name
    for name in FUNCTIONS:
        manifest = _manifest(account, name)
        is_uploaded = manifest is not None and _is_uploaded(account, manifest["object_key"])
        package = f"its package is {'uploaded' if is_uploaded else 'not uploaded'}"
        deployed = _deployed(account, name)
        if deployed is None:
            yield Finding(
                "function",
                f"{getattr(account.names, name)} is not deployed, and {package}",
                f"cd live/{environment} && terragrunt run --all apply",
            )
        elif manifest is not None and deployed["CodeSha256"] != manifest["code_sha256"]:
            yield Finding(
                "function",
                f"{getattr(account.names, name)} is deployed from a different package than the one built here",
                f"cd live/{environment}/lambda_{name} && terragrunt apply",
                is_missing=False,
            )


def database(account: Account) -> Iterator[Finding]:
    """Whether the batch processor reaches the database from inside the VPC, and finds its tables."""
    environment = account.environment.name
    if _deployed(account, "batch_processor") is None:
        return
    try:
        answer = ask(account, {"command": "check"})
    except FunctionError as error:
        yield Finding("function", error.text, error.todo)
        return
    if problem := answer["problem"]:
        where = f"; its address is in live/{environment}/env.hcl" if problem["about"] == "database" else ""
        text = f"{problem['text']} ({problem['code']}){where}"
        yield Finding(problem["about"], text, _todo(account, problem["about"]))
    elif not answer["ledger"]:
        yield Finding("ledger", "the database has no ledger", f"migrate-ledger {environment}")
    elif answer["pending"]:
        text = f"{answer['pending']} statements of a migration have not been run"
        yield Finding("ledger", text, f"migrate-ledger {environment}")


def notification(account: Account) -> Iterator[Finding]:
    """Whether anyone is notified of alarms; a subscription that was not confirmed yet has no ARN.

    https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html.
    """
    environment = account.environment.name
    arn = account.arn("sns", account.names.topic)
    sns = account.client("sns")
    if _found(sns.get_topic_attributes, "NotFound", "NotFoundException", TopicArn=arn) is None:
        yield Finding(
            "notification", f"topic {arn} does not exist", f"cd live/{environment}/monitoring && terragrunt apply"
        )
        return
    pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=arn)
    subscriptions = [one for page in pages for one in page["Subscriptions"]]
    waiting = sorted(one["Endpoint"] for one in subscriptions if one["SubscriptionArn"] == "PendingConfirmation")
    if waiting:
        yield Finding(
            "notification",
            f"not confirmed: {', '.join(waiting)}. Open the link in the message that SNS sent there",
            f"preflight {environment}",
        )
    if not subscriptions:
        yield Finding(
            "notification",
            f"alarms notify nobody: add an address in live/{environment}/monitoring/terragrunt.hcl",
            f"cd live/{environment}/monitoring && terragrunt apply",
            is_missing=False,
        )


def schedule(account: Account) -> Iterator[Finding]:
    """Whether anything starts the batch processor."""
    environment, group = account.environment.name, account.names.prefix
    listed = _found(account.client("scheduler").list_schedules, "ResourceNotFoundException", GroupName=group)
    schedules = listed["Schedules"] if listed else []
    if not schedules:
        yield Finding("schedule", "there is no schedule", f"cd live/{environment}/eventbridge && terragrunt apply")
    elif all(one["State"] != "ENABLED" for one in schedules):
        rule = _found(account.client("events").describe_rule, "ResourceNotFoundException", Name=account.names.rule)
        yield Finding(
            "schedule",
            f"the schedule is off: set schedule_enabled = true in live/{environment}/env.hcl",
            f"cd live/{environment}/eventbridge && terragrunt apply",
            is_missing=not rule or rule["State"] != "ENABLED",
        )


BEFORE_APPLY: tuple[Check, ...] = (concurrency, packages)
AFTER_APPLY: tuple[Check, ...] = (*BEFORE_APPLY, secret, functions, database, notification, schedule)


def run(account: Account, checks: tuple[Check, ...]) -> list[Finding]:
    """Run the checks in order; one that AWS does not answer is itself a finding."""
    found: list[Finding] = []
    for check in checks:
        try:
            found += [one for one in check(account) if not _is_repeated(one, found)]
        except ClientError as error:
            code = error.response["Error"]["Code"]
            text = f"cannot be checked: {error.operation_name} was refused ({code})"
            found.append(Finding(check.__name__, text, "aws sts get-caller-identity"))
        except BotoCoreError as error:
            text = f"cannot be checked: AWS does not answer ({type(error).__name__})"
            found.append(Finding(check.__name__, text, f"preflight {account.environment.name}"))
    return found


def _is_repeated(one: Finding, found: list[Finding]) -> bool:
    """Whether the function only repeats that the secret cannot be used."""
    return one.topic == "secret" and any(other.topic == "secret" for other in found)


def _todo(account: Account, about: str) -> str:
    environment = account.environment.name
    match about:
        case "secret" | "login":
            return _put_secret(account)
        case "network":
            return f"cd live/{environment}/network && terragrunt plan"
        case "database":
            return f"cd live/{environment} && terragrunt run --all apply"
        case "migration":
            return f"migrate-ledger {environment}"
        case "unexpected":
            return f"aws logs tail /aws/lambda/{account.names.batch_processor} --since 10m --follow"
    return f"preflight {environment}"


def _put_secret(account: Account) -> str:
    return f"put-oracle-secret {account.names.secret}"


def _deployed(account: Account, name: str) -> dict[str, Any] | None:
    described: dict[str, Any] | None = _found(
        account.client("lambda").get_function_configuration,
        "ResourceNotFoundException",
        FunctionName=getattr(account.names, name),
    )
    return described


def _manifest(account: Account, name: str) -> dict[str, Any] | None:
    path = PACKAGES / settings(account.environment).architecture / f"{name}.json"
    if not path.is_file():
        return None
    manifest: dict[str, Any] = json.loads(path.read_bytes())
    return manifest


def _is_uploaded(account: Account, key: str) -> bool:
    head = account.client("s3").head_object
    return (
        _found(head, "404", "403", "NoSuchKey", "NoSuchBucket", Bucket=account.names.artifacts_bucket, Key=key)
        is not None
    )


def _reserved(functions: Any, name: str) -> int:
    answer = _found(functions.get_function_concurrency, "ResourceNotFoundException", FunctionName=name)
    return int((answer or {}).get("ReservedConcurrentExecutions") or 0)


def _found(call: Callable[..., Any], *codes: str, **named: Any) -> Any:
    """What a call returns, or None where one of these error codes says that the resource does not exist."""
    try:
        return call(**named)
    except ClientError as error:
        if error.response["Error"]["Code"] not in codes:
            raise
        return None
