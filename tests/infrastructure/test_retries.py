"""Which errors of AWS Terragrunt tries again: those that pass by themselves, and no other."""

import json
import re

import pytest

from scripts.common.paths import REPOSITORY

ROOT = (REPOSITORY / "terragrunt.hcl").read_text(encoding="utf-8")
LISTED = re.search(r"^    retryable_errors = \[\n(.*?)^    \]", ROOT, re.MULTILINE | re.DOTALL)
PATTERNS = [json.loads(text) for text in re.findall(r'^      (".*"),$', LISTED[1] if LISTED else "", re.MULTILINE)]


def is_retried(error: str) -> bool:
    return any(re.fullmatch(pattern, error) for pattern in PATTERNS)


@pytest.mark.parametrize(
    "error",
    [
        "api error ThrottlingException: Rate exceeded",
        "api error OperationAborted: A conflicting conditional operation is currently in progress",
        "OperationAbortedException: A conflicting operation is currently in progress against this resource",
        "ResourceConflictException: The operation cannot be performed at this time. An update is in progress for "
        "arn:aws:lambda:eu-west-2:123456789012:function:csvbatch-dev-batch-processor",
        "ConcurrentModificationException: The request was rejected because multiple requests to change this object",
        "InvalidParameterValueException: The role defined for the function cannot be assumed by Lambda.",
    ],
)
def test_what_passes_by_itself_is_tried_again(error: str) -> None:
    assert is_retried(f"Error: creating something\n\n{error}\n")


@pytest.mark.parametrize(
    "error",
    [
        "ResourceConflictException: Function already exist: csvbatch-dev-batch-processor",
        "ResourceConflictException: The statement id (object-created) provided already exists",
        "api error ConflictException: Schedule every-quarter-hour already exists.",
        "api error ConflictException: Schedule group csvbatch-dev already exists.",
        "api error EntityAlreadyExists: Role with name csvbatch-dev-scheduler already exists.",
        "api error BucketAlreadyExists: The requested bucket name is not available",
        "api error AccessDenied: User is not authorized to perform: iam:CreateRole",
    ],
)
def test_what_never_passes_is_reported_at_once(error: str) -> None:
    assert not is_retried(f"Error: creating something\n\n{error}\n\nA plan is in progress elsewhere\n" + "x" * 500)
