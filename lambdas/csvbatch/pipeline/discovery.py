"""Finds object versions that are not registered yet, with one page of the listing in memory at a time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from csvbatch.pipeline import layout, names
from csvbatch.pipeline.arrival import arrival, in_order_of_arrival
from csvbatch.pipeline.ports import Deadline, Objects, OutOfTimeError, StoredObject, versions_of
from csvbatch.store import Store

SWEEP_VERSIONS = 50_000
"""Versions after which a sweep ends, so that its time does not grow with the bucket: S3 lists them in 50 calls."""

PAGE_VERSIONS = 1_000
"""Versions that are compared with the ledger at once; more if a key has more."""


@dataclass(frozen=True, slots=True)
class Discovery:
    """Finds new files, either by the keys that an event names or by a sweep over the listing."""

    store: Store
    objects: Objects
    deadline: Deadline
    sweep_versions: int = SWEEP_VERSIONS

    def new(self, keys: Sequence[str]) -> list[StoredObject]:
        """Give the unregistered versions of these keys in order of arrival; without keys, those that a sweep finds.

        A key that is not listed leads to a sweep, so that no event can hide a file.
        """
        found: list[StoredObject] = []
        for key in keys:
            of_key = list(versions_of(self.objects, key))
            if not of_key:
                return self.sweep()
            found += self._unregistered(of_key)
        return sorted(found, key=arrival) if keys else self.sweep()

    def sweep(self) -> list[StoredObject]:
        """Compare the listing with the ledger, from the key at which the last sweep ended."""
        bucket = self.objects.bucket
        found: list[StoredObject] = []
        compared = 0
        last = None
        for page in _pages(self.objects.versions(layout.INCOMING, self.store.swept_to(bucket))):
            if compared >= self.sweep_versions or (compared and self._is_late()):
                break
            found += self._unregistered(page)
            compared += len(page)
            last = page[-1].object.key
        else:
            last = None
        self.store.record_sweep(bucket, last)
        return sorted(found, key=arrival)

    def _unregistered(self, page: Sequence[StoredObject]) -> Iterator[StoredObject]:
        """Give what is not in the ledger; a key that ends in a slash is a folder marker."""
        keys = {one.object.key for one in page}
        known = self.store.known_versions(self.objects.bucket, sorted(filter(names.can_be_stored, keys)))
        for one in in_order_of_arrival(page):
            if one.object not in known and not one.object.key.endswith("/"):
                yield one

    def _is_late(self) -> bool:
        try:
            self.deadline.check()
        except OutOfTimeError:
            return True
        return False


def _pages(listed: Iterable[StoredObject]) -> Iterator[list[StoredObject]]:
    """Cut a listing into pages; the versions of a key stay together."""
    page: list[StoredObject] = []
    for _, of_key in groupby(listed, key=lambda one: one.object.key):
        page += of_key
        if len(page) >= PAGE_VERSIONS:
            yield page
            page = []
    if page:
        yield page
