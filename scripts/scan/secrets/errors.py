"""What can go wrong that a user can put right."""

from scripts.common.errors import UserError


class SecretScanError(UserError):
    """The tree could not be scanned; the text says why, and what to do."""
