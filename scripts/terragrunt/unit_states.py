"""Reads what the state backend holds of a unit."""

from typing import Any

from botocore.exceptions import ClientError

from scripts.common.environments import Environment


def stored(environment: Environment, unit: str, s3: Any) -> bytes | None:
    """The state of a unit as it is stored; None where there is none. Raises what botocore raises.

    A bucket of another account is refused.
    """
    try:
        answer = s3.get_object(
            Bucket=environment.state_name,
            Key=environment.state_key(unit),
            ExpectedBucketOwner=environment.account_id,
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchKey":
            return None
        raise
    content: bytes = answer["Body"].read()
    return content
