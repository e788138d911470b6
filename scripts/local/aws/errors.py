"""What can go wrong that a user can put right."""


class LocalAwsError(Exception):
    """A failure whose text says what is wrong and what to do about it."""
