"""What ends the demo, as a sentence a person can act on."""

from scripts.common.errors import UserError


class DemoError(UserError):
    """Something did not work, or a number does not add up."""
