"""How a command ends that does not end well: a sentence for a person, and an exit status for a script."""

FOUND = 1
"""Something is wrong with a file, a batch, a database or an AWS."""
WRONG_USAGE = 2
"""The command was not given what it needs."""


class CommandError(Exception):
    """Ends the command; the text says what is wrong, where, and what to do, and quotes no row."""

    status = FOUND


class UsageError(CommandError):
    """Ends the command because of what it was given."""

    status = WRONG_USAGE


def sentence(error: BaseException) -> str:
    """What may be shown of an error: its text only where this project wrote it, since others quote values."""
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        return f"{place}{error.strerror or type(error).__name__}"
    if type(error).__module__.partition(".")[0] == "csvbatch":
        return str(error)
    return f"unexpected {type(error).__name__}; its text is held back, since it may quote a row or a password"
