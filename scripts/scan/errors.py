"""What keeps a scan from being one, as a sentence a person can act on."""


class ScanError(Exception):
    """Something could not be scanned: the result says nothing, least of all that nothing is wrong."""
