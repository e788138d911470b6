"""A sweep compares each page of the listing with the ledger, in bounded memory, and continues where one ended."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from csvbatch.local.files import LocalFiles
from csvbatch.pipeline import discovery
from csvbatch.pipeline.discovery import PAGE_VERSIONS, Discovery
from csvbatch.pipeline.ports import NO_DEADLINE, Deadline, StoredObject
from csvbatch.store import NewBatch, ObjectVersion, Store
from tests.support.pipeline import Pipeline

START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Listing(LocalFiles):
    """A bucket with nothing but a listing: keys with their versions, oldest first."""

    listed: dict[str, int] = field(default_factory=dict)

    def versions(self, prefix: str, after: str | None = None) -> Iterator[StoredObject]:
        for key in sorted(self.listed):
            if key.startswith(prefix) and (after is None or key > after):
                for number in range(self.listed[key]):
                    yield StoredObject(ObjectVersion(key, str(number)), 1, START + timedelta(seconds=number))


@pytest.fixture
def asked(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many keys each question to the ledger was about."""
    counts: list[int] = []
    known = pipeline.store.known_versions

    def counted(bucket: str, keys: Sequence[str]) -> set[ObjectVersion]:
        counts.append(len(keys))
        return known(bucket, keys)

    monkeypatch.setattr(pipeline.store, "known_versions", counted)
    return counts


def listing(tmp_path: Path, keys: int, versions: int = 1) -> Listing:
    return Listing(tmp_path, {}, listed={f"incoming/recipients/{number:06d}.csv": versions for number in range(keys)})


def register(store: Store, found: Sequence[StoredObject]) -> None:
    for one in found:
        store.register(NewBatch("recipients", "local", one.object, 1, None))


def test_a_page_is_compared_by_asking_about_its_keys_only(pipeline: Pipeline, tmp_path: Path, asked: list[int]) -> None:
    files = listing(tmp_path, 2 * PAGE_VERSIONS + 1)
    found = Discovery(pipeline.store, files, NO_DEADLINE).sweep()
    assert len(found) == 2 * PAGE_VERSIONS + 1
    assert asked == [PAGE_VERSIONS, PAGE_VERSIONS, 1]


def test_a_sweep_continues_after_the_key_at_which_the_last_one_ended(pipeline: Pipeline, tmp_path: Path) -> None:
    files = listing(tmp_path, 3 * PAGE_VERSIONS)
    sweeps = [Discovery(pipeline.store, files, NO_DEADLINE, sweep_versions=PAGE_VERSIONS).sweep() for _ in range(3)]
    keys = [one.object.key for sweep in sweeps for one in sweep]
    assert keys == sorted(files.listed)
    assert pipeline.store.swept_to("local") is None
    again = Discovery(pipeline.store, files, NO_DEADLINE, sweep_versions=PAGE_VERSIONS).sweep()
    assert again[0].object.key == keys[0]


def test_the_versions_of_a_key_stay_together_at_the_end_of_a_sweep(pipeline: Pipeline, tmp_path: Path) -> None:
    files = listing(tmp_path, PAGE_VERSIONS // 2 + 1, versions=3)
    found: list[StoredObject] = []
    for _ in range(2):
        found += Discovery(pipeline.store, files, NO_DEADLINE, sweep_versions=1).sweep()
    assert sorted((one.object.key, one.object.version) for one in found) == [
        (key, str(version)) for key in sorted(files.listed) for version in range(3)
    ]


def test_what_is_registered_is_not_found_again_nor_is_a_folder_marker(pipeline: Pipeline, tmp_path: Path) -> None:
    files = listing(tmp_path, 3, versions=2)
    files.listed["incoming/recipients/"] = 1
    everything = Discovery(pipeline.store, files, NO_DEADLINE).sweep()
    assert len(everything) == 6
    register(pipeline.store, everything[:4])
    assert Discovery(pipeline.store, files, NO_DEADLINE).sweep() == everything[4:]


def test_each_bucket_has_a_sweep_of_its_own(pipeline: Pipeline) -> None:
    pipeline.store.record_sweep("local", "incoming/a")
    assert pipeline.store.swept_to("other") is None
    pipeline.store.record_sweep("local", "incoming/b")
    assert pipeline.store.swept_to("local") == "incoming/b"


def test_a_sweep_that_is_late_keeps_what_it_found_and_goes_on_next_time(pipeline: Pipeline, tmp_path: Path) -> None:
    files = listing(tmp_path, 2 * PAGE_VERSIONS)
    late = Discovery(pipeline.store, files, Deadline(lambda: 0.0)).sweep()
    assert len(late) == PAGE_VERSIONS
    assert len(Discovery(pipeline.store, files, NO_DEADLINE).sweep()) == PAGE_VERSIONS


def test_a_sweep_over_a_bucket_full_of_known_files_holds_one_page(
    pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discovery, "PAGE_VERSIONS", 10)
    files = listing(tmp_path, 200)
    register(pipeline.store, list(files.versions("")))
    held: list[int] = []
    known = pipeline.store.known_versions

    def most_held(bucket: str, keys: Sequence[str]) -> set[ObjectVersion]:
        found = known(bucket, keys)
        held.append(len(found))
        return found

    monkeypatch.setattr(pipeline.store, "known_versions", most_held)
    assert Discovery(pipeline.store, files, NO_DEADLINE).sweep() == []
    assert max(held) == 10
