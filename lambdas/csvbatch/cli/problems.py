"""How a command fails: a sentence for people, and an exit status for scripts."""

FOUND = 1
"""There is a problem with a file, a batch, a database or AWS."""
WRONG_USAGE = 2
"""The options or arguments are wrong."""


class CommandError(Exception):
    """Ends the command; the text says what is wrong, where, and what to do. It quotes no row."""

    status = FOUND


class UsageError(CommandError):
    """Ends the command because of its options or arguments."""

    status = WRONG_USAGE


def sentence(error: BaseException) -> str:
    """Give what may be shown of an error: its text only if this project wrote it, because others quote values."""
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        return f"{place}{error.strerror or type(error).__name__}"
    if type(error).__module__.partition(".")[0] == "csvbatch":
        return str(error)
    return f"unexpected {type(error).__name__}; its text is not shown, because it may quote a row or a password"
