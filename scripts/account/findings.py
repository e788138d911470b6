"""What a check found: a sentence on what is missing, and what to type."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check found.

    `topic` is a word for scripts to rely on; `is_missing` is False for a note, which does not keep the platform from
    running.
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
