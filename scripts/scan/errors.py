"""What keeps a scan from being one, as a sentence a person can act on."""

from scripts.common.errors import UserError


class ScanError(UserError):
    """Something could not be scanned: the result says nothing, least of all that nothing is wrong."""
