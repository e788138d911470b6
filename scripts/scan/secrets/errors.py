"""What can go wrong that a user can put right."""


class SecretScanError(Exception):
    """The tree could not be scanned; the text says why, and what to do."""
