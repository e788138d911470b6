"""Keeps the failures of batches apart: a failure is recorded on its batch, and the step continues with the next."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from csvbatch.pipeline import failures
from csvbatch.pipeline.failures import Failure, failure_of
from csvbatch.pipeline.ports import OutOfTimeError
from csvbatch.store import Batch, BatchState, CredentialsError, Store

LOG = logging.getLogger(__name__)

_IN_A_ROW = 3
"""Environmental failures in a row that end a step for this run: the next batches would fail the same way."""


@dataclass(slots=True)
class Isolation:
    """The failures of one run; `failed` has the ids of the batches that failed."""

    store: Store
    failed: set[str] = field(default_factory=set)
    _failures: dict[str, Failure] = field(default_factory=dict)
    _ended: set[str] = field(default_factory=set)

    @contextmanager
    def isolated(self, batch: Batch, states: Sequence[BatchState]) -> Iterator[list[Failure]]:
        """Record a failure on the batch and continue; yields a list that the failure is added to.

        Running out of time and refused credentials are raised, because they do not concern the batch. An error while
        recording the failure is raised too, because then the ledger cannot be reached.
        """
        met: list[Failure] = []
        try:
            yield met
        except (OutOfTimeError, CredentialsError):
            raise
        except Exception as error:
            failure = failure_of(error)
            met.append(failure)
            self._failures[batch.id] = failure
            self.record(batch, failure, states)

    def record(self, batch: Batch, failure: Failure, states: Sequence[BatchState]) -> Batch:
        """Record a failure on a batch that is in one of these states, and log it; gives the batch afterwards."""
        about = {"batch": batch.id, "dataset": batch.dataset, "state": batch.state.value}
        LOG.warning("batch failed", extra={**about, "code": failure.code, "counts": failure.counts})
        self.failed.add(batch.id)
        return self.store.record_failure(counted_as(batch, failure.code), failure.code, states, counted=failure.counts)

    def each(self, step: str, batches: Sequence[Batch]) -> Iterator[Batch]:
        """Yield the batches that did not fail in this run, until several environmental failures in a row."""
        in_a_row = 0
        for batch in batches:
            if step in self._ended:
                return
            if batch.id in self._failures:
                continue
            yield batch
            failure = self._failures.get(batch.id)
            in_a_row = in_a_row + 1 if failure is not None and failure.is_environmental else 0
            if in_a_row == _IN_A_ROW:
                self._ended.add(step)


def counted_as(batch: Batch, code: str) -> Batch:
    """Start the count again after interruptions, which are counted separately: the file may not be their cause."""
    return replace(batch, failures=0) if batch.failure == failures.INTERRUPTED != code else batch
