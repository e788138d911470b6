"""What can go wrong that a user can put right."""

from scripts.common.errors import UserError


class LocalAwsError(UserError):
    """A failure whose text says what is wrong and what to do about it."""
