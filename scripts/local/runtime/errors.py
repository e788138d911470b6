"""What can be wrong, as types with a sentence a person can act on."""

from scripts.common.errors import UserError


class LocalRuntimeError(UserError):
    """Something the user has to put right; the message says what, where and how."""
