"""Where the states are locked, as the root terragrunt.hcl says; docs/state.md says how to change it."""

from enum import StrEnum

from scripts.common.environments import Environment, attribute
from scripts.common.errors import UserError


class StateLock(StrEnum):
    """The values of `state_lock`: who holds a lock has it in each place that the value names.

    Terraform's S3 backend takes each lock that is configured, and releases the first where the second is refused:
    https://developer.hashicorp.com/terraform/language/backend/s3.
    """

    BOTH = "both"
    DYNAMODB = "dynamodb"
    LOCKFILE = "lockfile"

    @property
    def in_table(self) -> bool:
        """Whether locks, and with them the digests of states, are in the DynamoDB table."""
        return self is not StateLock.LOCKFILE

    @property
    def in_bucket(self) -> bool:
        """Whether locks are objects beside the states."""
        return self is not StateLock.DYNAMODB


def of(environment: Environment) -> StateLock:
    """How the states of an environment are locked; raises UserError where terragrunt.hcl names no such way."""
    path = environment.live.parent / "terragrunt.hcl"
    found = attribute(path.read_text(encoding="utf-8"), "state_lock", path)
    try:
        return StateLock(found)
    except ValueError:
        known = ", ".join(StateLock)
        raise UserError(f'{path}: state_lock is "{found}"; choose one of {known}. See docs/state.md.') from None
