"""Claims of batches: several processors run at once, and each batch is worked on by one of them at a time."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

from csvbatch.store import Batch, BatchState, Store

LOG = logging.getLogger(__name__)

_PREFIX = "batch/"


def claim_name(batch_id: str) -> str:
    """Give the name of the lease that claims a batch."""
    return _PREFIX + batch_id


@dataclass(slots=True)
class Claims:
    """The claims of one processor; `elsewhere` has the ids of batches that another processor had claimed."""

    store: Store
    duration: timedelta
    owner: str = field(default_factory=lambda: uuid4().hex)
    elsewhere: set[str] = field(default_factory=set)

    def forget_expired(self) -> None:
        """Delete the claims that killed processors left on batches that nobody has claimed since."""
        self.store.forget_expired_leases(_PREFIX)

    @contextmanager
    def claimed(self, batch: Batch, states: Sequence[BatchState]) -> Iterator[Batch | None]:
        """Claim a batch; yields it as it is now, or None if another processor has it or it left these states.

        The claim ends with the context. If the process is killed, it ends after `duration`. A batch that has left these
        states is not claimed at all: to take and to release a claim are two commits, and to read a batch is none.
        """
        name = claim_name(batch.id)
        if self.store.batch(batch.id).state not in states:
            yield None
            return
        if not self.store.acquire_lease(name, self.owner, self.duration):
            if batch.id not in self.elsewhere:
                LOG.info("batch left to another processor", extra={"batch": batch.id, "dataset": batch.dataset})
            self.elsewhere.add(batch.id)
            yield None
            return
        try:
            now = self.store.batch(batch.id)
            yield now if now.state in states else None
        finally:
            self.store.release_lease(name, self.owner)
