"""What can go wrong that a user can put right."""


class ToolchainError(Exception):
    """A missing or unfit tool; the text says which, and every way to get it."""
