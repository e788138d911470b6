"""Registers new files in the ledger, each version once, in order of arrival."""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from csvbatch.contract.model import Contract
from csvbatch.pipeline import failures, layout, names
from csvbatch.pipeline.discovery import Discovery
from csvbatch.pipeline.ports import Deadline, Objects, StoredObject
from csvbatch.store import CredentialsError, NewBatch, RetryableError, Store

LOG = logging.getLogger(__name__)

_SKIPS_LOGGED = 20
"""Skipped objects that one run logs. An object that is skipped once is skipped in every run."""


@dataclass(frozen=True, slots=True)
class Registration:
    """Registers what is new in a bucket, and counts it in `done`."""

    store: Store
    objects: Objects
    contracts: Mapping[str, Contract]
    deadline: Deadline
    done: Counter[str]

    def register(self, keys: Sequence[str]) -> None:
        """Register the files of an event's keys or, without any, those that a sweep finds.

        Objects that cannot be registered are skipped and counted. Files of paused datasets are left where they are: a
        sweep finds them after the pause. Several processors may do this at once: each one registers the versions of a
        key in their order, and the second registration of a version changes nothing and is not counted.
        """
        paused = self.store.pauses.names()
        left: Counter[str] = Counter()
        stuck: set[str] = set()
        for stored in Discovery(self.store, self.objects, self.deadline).new(keys):
            key = stored.object.key
            incoming = layout.parse_incoming(key)
            problem = names.problem_of(stored, incoming)
            if problem or incoming is None:
                self._skip(stored, problem)
            elif (dataset := names.ledger_dataset(incoming)) in paused:
                left[dataset] += 1
            elif key not in stuck:
                self.deadline.check()
                if not self._register(stored, incoming):
                    # A later version of a key must not be registered before an earlier one.
                    stuck.add(key)
        for dataset, files in left.items():
            LOG.warning("dataset paused", extra={"dataset": dataset, "files": files})
            self.done["paused"] += files

    def _register(self, stored: StoredObject, incoming: layout.Incoming) -> bool:
        dataset = names.ledger_dataset(incoming)
        contract = self.contracts.get(incoming.dataset)
        new = NewBatch(dataset, self.objects.bucket, stored.object, stored.size_bytes, contract)
        try:
            batch, is_new = self.store.register(new)
        except (RetryableError, CredentialsError):
            raise
        except Exception as error:
            # If the database itself is the cause, this call raises too.
            self.store.now()
            self._skip(stored, failures.code_of(error))
            return False
        if is_new:
            LOG.info("file registered", extra={"batch": batch.id, "dataset": batch.dataset})
            self.done["registered"] += 1
        return True

    def _skip(self, stored: StoredObject, reason: str | None) -> None:
        self.done["skipped"] += 1
        if self.done["skipped"] <= _SKIPS_LOGGED:
            # A key may hold any characters, so it is escaped and cut.
            LOG.warning("object skipped", extra={"reason": reason, "object": ascii(stored.object.key[:200])})
