"""Sends an operator's command to the deployed batch processor; `csvbatch.aws.operator` answers it."""

import json
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from csvbatch.aws.operator import ENVELOPE
from scripts.account.account import Account

_NOTHING_RUNS_IT = "nothing on this machine executes function"
"""What the local AWS says where no runtime executes its functions."""


class FunctionError(Exception):
    """The function gave no answer; `todo` is what to type."""

    def __init__(self, text: str, todo: str) -> None:
        super().__init__(text)
        self.todo = todo


def ask(account: Account, command: dict[str, Any]) -> dict[str, Any]:
    """Invoke the batch processor with a command and give its answer; raises FunctionError.

    Needs lambda:InvokeFunction on the function, and nothing else. Of an answer that is an error only the kind is
    shown: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html.
    """
    name, environment = account.names.batch_processor, account.environment.name
    try:
        answer = account.invoker().invoke(FunctionName=name, Payload=json.dumps({ENVELOPE: command}).encode())
        payload = answer["Payload"].read()
    except ClientError as error:
        raise _refused(error, name, environment) from None
    except BotoCoreError as error:
        raise FunctionError(
            f"{name} gave no answer ({type(error).__name__}); what it has begun it may go on with",
            f"preflight {environment}",
        ) from None
    found = _parsed(payload)
    if answer.get("FunctionError"):
        kind = found.get("errorType", "unknown") if isinstance(found, dict) else "unknown"
        raise FunctionError(f"{name} failed ({kind})", f"aws logs tail /aws/lambda/{name} --since 10m")
    if not isinstance(found, dict) or ENVELOPE not in found:
        raise FunctionError(
            f"{name} does not know the command: an older package is deployed",
            f"make package && cd live/{environment}/lambda_batch_processor && terragrunt apply",
        )
    result: dict[str, Any] = found[ENVELOPE]
    return result


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
                f"{name} is running, and no more of it may run at once; ask again when it has finished",
                f"preflight {environment}",
            )
        case "AccessDeniedException":
            return FunctionError(
                f"the caller may not invoke {name}, and needs lambda:InvokeFunction on it",
                "aws sts get-caller-identity",
            )
    return FunctionError(f"{name} could not be invoked ({code})", f"preflight {environment}")


def _parsed(payload: bytes) -> Any:
    try:
        return json.loads(payload)
    except ValueError:
        return None
