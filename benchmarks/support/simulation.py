"""Simulates what a load takes: files are split, messages wait in a queue, handlers and the database share the work.

Time is simulated, by SimPy; what goes in are measured seconds and AWS's limits. A handler works on a chunk while the
database works on the rows that it has sent already, so a chunk takes as long as the slower of the two. On one machine
all of them share its processors.
"""

import math
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import simpy

type Steps = Generator[simpy.Event, Any]

_SLICE_SECONDS = 0.02
"""For which one of those who share a machine has a processor."""


@dataclass(frozen=True, slots=True)
class Work:
    """So many rows of so many bytes, in files of the same size, all there at the start."""

    rows: int
    row_bytes: float
    files: int
    chunk_bytes: int = 8 * 1024 * 1024

    @property
    def chunks_of_a_file(self) -> int:
        """Chunks of each file."""
        return math.ceil(self.rows * self.row_bytes / self.files / self.chunk_bytes)


@dataclass(frozen=True, slots=True)
class Platform:
    """What does the work.

    Seconds are those of one whole processor for a million rows. `share` is the part of a processor that a handler has:
    a function has a whole one at 1,769 MB, and in proportion below
    (https://docs.aws.amazon.com/de_de/lambda/latest/dg/configuration-memory.html). An event source mapping starts with
    five invocations at once and adds up to 300 a minute, up to the maximum concurrency
    (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html). With `machine_cores` all run on one
    machine with so many processors, as in a load run, and have no other limit.
    """

    handler_seconds: float
    database_seconds: float
    database_cores: int
    concurrency: int
    processors: int = 2
    share: float = 1.0
    split_bytes_a_second: float = 60e6
    seconds_a_message: float = 0.2
    first: int = 5
    more_a_minute: int = 300
    machine_cores: int = 0


@dataclass(slots=True)
class Outcome:
    """What a load took: seconds by the clock and of all handlers, and the most that there was at once."""

    seconds: float = 0.0
    handler_seconds: float = 0.0
    handlers: int = 0
    waiting: int = 0
    messages: int = 0
    database_busy: float = 0.0
    """Share of the time in which the database's processors worked."""


def simulate(work: Work, platform: Platform) -> Outcome:
    """Load everything once."""
    environment = simpy.Environment()
    run = _Run(environment, work, platform)
    for _ in range(platform.processors):
        environment.process(run.split())
    environment.process(run.scale())
    environment.run(run.done)
    run.outcome.seconds = environment.now
    run.outcome.database_busy /= environment.now * platform.database_cores
    return run.outcome


class _Run:
    def __init__(self, environment: simpy.Environment, work: Work, platform: Platform) -> None:
        self.environment = environment
        self.work = work
        self.platform = platform
        self.outcome = Outcome(messages=work.files * work.chunks_of_a_file)
        self.files = work.files
        self.left = self.outcome.messages
        self.queue = simpy.Store(environment)
        self.database = simpy.Resource(environment, platform.database_cores)
        self.machine = simpy.Resource(environment, platform.machine_cores) if platform.machine_cores else None
        self.done = environment.event()
        self.millions = work.rows / self.outcome.messages / 1e6

    def split(self) -> Steps:
        """Take files; the messages of a file are sent once all of it was read."""
        while self.files:
            self.files -= 1
            size = self.work.rows * self.work.row_bytes / self.work.files
            yield from self.work_for(size / self.platform.split_bytes_a_second)
            for _ in range(self.work.chunks_of_a_file):
                self.queue.put(None)
            self.outcome.waiting = max(self.outcome.waiting, len(self.queue.items))

    def scale(self) -> Steps:
        """Start handlers as long as messages wait, as fast as AWS does."""
        allowed = min(self.platform.first, self.platform.concurrency)
        while self.outcome.handlers < self.platform.concurrency:
            while self.outcome.handlers < allowed:
                self.outcome.handlers += 1
                self.environment.process(self.handle())
            yield self.environment.timeout(60 / self.platform.more_a_minute)
            if self.queue.items:
                allowed = min(allowed + 1, self.platform.concurrency)

    def handle(self) -> Steps:
        """Load chunks, one after the other."""
        while True:
            yield self.queue.get()
            began = self.environment.now
            yield from self.work_for(self.platform.seconds_a_message)
            own = self.work_for(self.platform.handler_seconds * self.millions / self.platform.share)
            yield self.environment.process(own) & self.environment.process(self.store())
            self.outcome.handler_seconds += self.environment.now - began
            self.left -= 1
            if not self.left:
                self.done.succeed()

    def store(self) -> Steps:
        """Let the database work on a chunk's rows."""
        seconds = self.platform.database_seconds * self.millions
        with self.database.request() as free:
            yield free
            yield from self.work_for(seconds)
        self.outcome.database_busy += seconds

    def work_for(self, seconds: float) -> Steps:
        """Take a processor for so long: one of its own, or in turns with the others one of the machine's."""
        if self.machine is None:
            yield self.environment.timeout(seconds)
            return
        while seconds > 0:
            with self.machine.request() as free:
                yield free
                yield self.environment.timeout(min(seconds, _SLICE_SECONDS))
            seconds -= _SLICE_SECONDS
