"""Invokes the deployed batch processor: with a command that `csvbatch.aws.operator` answers, or to do its work."""

import json
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from csvbatch.aws.operator import ENVELOPE
from scripts.account.account import Account
from scripts.common.errors import UserError

_NOTHING_RUNS_IT = "nothing on this machine executes function"
"""What the local AWS answers while no local runtime serves its functions."""


class FunctionError(UserError):
    """The function gave no answer; `text` says why, and `todo` is what to type."""

    def __init__(self, text: str, todo: str) -> None:
        super().__init__(f"{text}. Type: {todo}")
        self.text = text
        self.todo = todo


def ask(account: Account, command: dict[str, Any]) -> dict[str, Any]:
    """Invoke the batch processor with a command and give its answer; raises FunctionError."""
    found = _invoked(account, {ENVELOPE: command})
    if ENVELOPE not in found:
        raise _too_old(account)
    result: dict[str, Any] = found[ENVELOPE]
    return result


def start_run(account: Account) -> dict[str, Any]:
    """Let the batch processor do what is pending, as its schedule does, and give what it did; raises FunctionError."""
    return _invoked(account, {})


def _invoked(account: Account, event: dict[str, Any]) -> dict[str, Any]:
    """Invoke the batch processor and give what it returns; raises FunctionError.

    The caller needs lambda:InvokeFunction on the function, and nothing else. Of an error that the function returns
    only the type is shown, since its text may quote data: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html.
    """
    name, environment = account.names.batch_processor, account.environment.name
    try:
        answer = account.invoker().invoke(FunctionName=name, Payload=json.dumps(event).encode())
        payload = answer["Payload"].read()
    except ClientError as error:
        raise _refused(error, name, environment) from None
    except BotoCoreError as error:
        raise FunctionError(
            f"{name} gave no answer ({type(error).__name__}), but may still be running",
            f"preflight {environment}",
        ) from None
    found = _parsed(payload)
    if answer.get("FunctionError"):
        kind = found.get("errorType", "unknown") if isinstance(found, dict) else "unknown"
        raise FunctionError(f"{name} failed ({kind})", f"aws logs tail /aws/lambda/{name} --since 10m --follow")
    if not isinstance(found, dict):
        raise _too_old(account)
    return found


def _too_old(account: Account) -> FunctionError:
    return FunctionError(
        f"{account.names.batch_processor} does not know the command: the deployed package is too old",
        f"make package && cd live/{account.environment.name}/lambda_batch_processor && terragrunt apply",
    )


def _refused(error: ClientError, name: str, environment: str) -> FunctionError:
    code = error.response["Error"]["Code"]
    if _NOTHING_RUNS_IT in str(error):
        return FunctionError(
            "nothing executes the functions of the local AWS", f"local-runtime --env {environment} serve"
        )
    match code:
        case "ResourceNotFoundException":
            return FunctionError(f"{name} is not deployed", f"cd live/{environment} && terragrunt run --all apply")
        case "TooManyRequestsException":
            return FunctionError(
                f"{name} is running, and its concurrency allows no second run: try again when it has finished",
                f"preflight {environment}",
            )
        case "AccessDeniedException":
            return FunctionError(
                f"the caller may not invoke {name}: it needs lambda:InvokeFunction on it",
                "aws sts get-caller-identity",
            )
    return FunctionError(f"{name} could not be invoked ({code})", f"preflight {environment}")


def _parsed(payload: bytes) -> Any:
    try:
        return json.loads(payload)
    except ValueError:
        return None
