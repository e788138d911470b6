"""What can be wrong, as types with a sentence a person can act on."""


class LocalRuntimeError(Exception):
    """Something the user has to put right; the message says what, where and how."""
