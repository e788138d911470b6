"""A queue in this process."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from csvbatch.pipeline.messages import ChunkMessage


@dataclass(slots=True)
class LocalQueue:
    """Keeps messages until they are taken, oldest first."""

    waiting: deque[ChunkMessage] = field(default_factory=deque)

    def send(self, messages: Sequence[ChunkMessage]) -> Sequence[ChunkMessage]:
        """Accept all messages."""
        self.waiting.extend(messages)
        return messages

    def drain(self) -> Iterator[ChunkMessage]:
        """Take messages until none is left."""
        while self.waiting:
            yield self.waiting.popleft()
