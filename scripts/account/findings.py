"""What a check found: what is missing, and the command that adds it."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check found.

    Scripts may rely on `topic`. `is_missing` is False for a note: the platform runs all the same.
    """

    topic: str
    text: str
    todo: str
    is_missing: bool = True

    def __str__(self) -> str:
        """One line for a person."""
        return f"{'missing' if self.is_missing else 'note':8} {self.topic}: {self.text}. Type: {self.todo}"

    def as_json(self) -> dict[str, object]:
        """The same for a script."""
        return asdict(self)
