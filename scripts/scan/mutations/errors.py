"""What can go wrong that is not a surviving mutation."""

from scripts.common.errors import UserError


class MutationError(UserError):
    """A failure whose text says what is wrong, where, and what to do about it."""


class CatalogueError(MutationError):
    """The catalogue cannot be used, or no longer fits the code it weakens."""


class GuardError(MutationError):
    """A guard cannot be run, or fails where nothing was weakened, so that its failing would prove nothing."""
