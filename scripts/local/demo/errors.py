"""What ends the demo, as a sentence a person can act on."""


class DemoError(Exception):
    """Something did not work, or a number does not add up."""
