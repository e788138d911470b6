"""The configuration of a deployed function."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from botocore.exceptions import ClientError

from scripts.common.errors import UserError
from scripts.local.runtime.aws import Aws


@dataclass(frozen=True, slots=True)
class FunctionConfiguration:
    """The configuration of a function; `code_sha256` is in base64, as Lambda has it."""

    name: str
    arn: str
    version: str
    handler: str
    runtime: str
    role_arn: str
    timeout_seconds: int
    memory_mb: int
    code_sha256: str
    architecture: str
    variables: Mapping[str, str]
    log_format: str
    log_level: str
    log_group: str
    dead_letter_arn: str | None

    @classmethod
    def from_answer(cls, answer: Mapping[str, Any]) -> Self:
        """Read the answer of GetFunctionConfiguration."""
        logging = answer.get("LoggingConfig", {})
        return cls(
            name=answer["FunctionName"],
            arn=answer["FunctionArn"],
            version=answer["Version"],
            handler=answer["Handler"],
            runtime=answer["Runtime"],
            role_arn=answer["Role"],
            timeout_seconds=int(answer["Timeout"]),
            memory_mb=int(answer["MemorySize"]),
            code_sha256=answer["CodeSha256"],
            architecture=answer.get("Architectures", ["x86_64"])[0],
            variables=answer.get("Environment", {}).get("Variables", {}),
            log_format=logging.get("LogFormat", "Text"),
            log_level=logging.get("ApplicationLogLevel", "INFO"),
            log_group=logging.get("LogGroup", f"/aws/lambda/{answer['FunctionName']}"),
            dead_letter_arn=answer.get("DeadLetterConfig", {}).get("TargetArn"),
        )


def find(aws: Aws, name: str) -> FunctionConfiguration:
    """The function with this name or ARN; raises UserError if there is none."""
    functions = aws.client("lambda")
    try:
        return FunctionConfiguration.from_answer(functions.get_function_configuration(FunctionName=name))
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"ResourceNotFoundException", "404"}:
            raise
        there = sorted(one["FunctionName"] for one in functions.list_functions()["Functions"])
        raise UserError(
            f"there is no function {name!r} in account {aws.endpoint.account_id} at {aws.endpoint.url}. "
            f"Functions: {', '.join(there) or 'none, apply the environment first'}"
        ) from None
