"""A queue like SQS: delivers at least once, in any order, with a dead-letter queue."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from csvbatch.pipeline.messages import ChunkMessage
from tests.faults.weather import Kind, Weather
from tests.faults.world import MAXIMUM_RECEIVES, RETENTION, VISIBILITY
from tests.support.failing import refusal


@dataclass(slots=True, eq=False)
class Message:
    """A message that was sent: when it is visible, and how often it was received."""

    body: str
    sent_at: datetime
    visible_at: datetime
    receives: int = 0


@dataclass(slots=True)
class SimulatedQueue:
    """The messages that wait, where all others ended, and how often an older one had to wait."""

    waiting: list[Message] = field(default_factory=list)
    sent: int = 0
    deleted: int = 0
    expired: int = 0
    reordered: int = 0
    dead: list[Message] = field(default_factory=list)

    def add(self, body: str, now: datetime) -> None:
        """Take a message."""
        self.sent += 1
        self.waiting.append(Message(body, now, now))

    def receive(self, count: int, now: datetime, chance: Random) -> list[Message]:
        """Give some visible messages in any order; those received too often become dead letters."""
        old = [one for one in self.waiting if one.sent_at + RETENTION <= now]
        self.expired += len(old)
        self.waiting = [one for one in self.waiting if one not in old]
        visible = [one for one in self.waiting if one.visible_at <= now]
        oldest = visible[:1]
        chance.shuffle(visible)
        received: list[Message] = []
        for one in visible:
            if len(received) == count:
                break
            if one.receives >= MAXIMUM_RECEIVES:
                self.waiting.remove(one)
                self.dead.append(one)
                continue
            one.receives += 1
            one.visible_at = now + VISIBILITY
            received.append(one)
        self.reordered += received[:1] != oldest
        return received

    def delete(self, message: Message) -> None:
        """Take a message out after it was handled."""
        if message in self.waiting:
            self.waiting.remove(message)
            self.deleted += 1


@dataclass(slots=True)
class FaultyQueue:
    """The pipeline's queue, for one invocation."""

    queue: SimulatedQueue
    weather: Weather
    now: datetime

    def send(self, messages: Sequence[ChunkMessage]) -> Sequence[ChunkMessage]:
        accepted = list(messages)
        match self.weather.strikes(Kind.QUEUE_THROTTLES, Kind.QUEUE_TAKES_SOME):
            case Kind.QUEUE_THROTTLES:
                raise refusal("RequestThrottled", "SendMessageBatch")
            case Kind.QUEUE_TAKES_SOME:
                accepted = accepted[::2]
        for message in accepted:
            self.queue.add(message.dumps(), self.now)
        self.weather.strikes()
        return accepted
