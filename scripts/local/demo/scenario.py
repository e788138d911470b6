"""What the demo shows: files arrive, arrive again, and arrive corrected; each time every number is checked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from rich.table import Table

from csvbatch.contract.model import Contract
from csvbatch.store import Batch
from scripts.local.demo import files, table
from scripts.local.demo.errors import DemoError
from scripts.local.demo.files import DataFile
from scripts.local.demo.table import Content


class Platform(Protocol):
    """What the story needs: somewhere to drop files, and something that loads them."""

    @property
    def database(self) -> Path:
        """The SQLite file that holds the tables."""

    @property
    def contracts(self) -> Mapping[str, Contract]:
        """By dataset."""

    def drop(self, file: DataFile) -> str:
        """Hand a file over; give its version."""

    def run(self, say: Callable[[str], None]) -> None:
        """Load what was dropped."""

    def batch(self, version: str) -> Batch:
        """What the ledger says of a file that was dropped."""

    def rejects(self, batch: Batch) -> str:
        """Where the rejected rows of a batch are; empty where there are none."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A file that was loaded, and what the ledger says of it."""

    file: DataFile
    batch: Batch
    rejects: str

    @property
    def seconds(self) -> float:
        """From its registration until its batch was closed."""
        assert self.batch.closed_at is not None, "only closed batches are looked at"
        return (self.batch.closed_at - self.batch.registered_at).total_seconds()


@dataclass(frozen=True, slots=True)
class Step:
    """One run of the platform: its title, the files loaded, and a sentence on what it proves."""

    title: str
    loaded: Sequence[Loaded]
    proves: str

    def as_table(self) -> Table:
        """For people to look at."""
        shown = Table(title=self.title, caption=self.proves, title_justify="left", caption_justify="left")
        for heading in ("file", "rows", "merged", "superseded", "rejected", "chunks", "seconds"):
            shown.add_column(heading, justify="left" if heading == "file" else "right", overflow="fold")
        shown.add_column("rejects", overflow="fold")
        for one in self.loaded:
            batch = one.batch
            counts = (
                batch.rows_read,
                batch.rows_merged,
                batch.rows_superseded,
                batch.rows_rejected,
                batch.chunks_total,
            )
            shown.add_row(
                one.file.key, *(f"{count:,}" for count in counts), f"{one.seconds:.1f}", one.rejects or "none"
            )
        return shown


def run(
    platform: Platform, folder: Path, rows: int, say: Callable[[str], None], show: Callable[[Step], None]
) -> Sequence[Step]:
    """Go through the whole story; raises DemoError at the first number that is wrong."""
    airports, recipients = files.airports(folder), files.recipients(folder, rows)
    corrected = files.recipients(folder, rows, corrected=True)

    loaded = _load(platform, [airports, recipients], say)
    first = _contents(platform, [airports, recipients])
    steps = [Step("The files, dropped for the first time", loaded, "each table holds what a plain csv reader finds")]
    show(steps[-1])

    loaded = _load(platform, [airports, recipients], say)
    if _contents(platform, [airports, recipients]) != first:
        raise DemoError("the same files were loaded again, and a table's values changed")
    steps.append(Step("The same files again", loaded, "the checksum of each table is what it was: no value changed"))
    show(steps[-1])

    loaded = _load(platform, [corrected], say)
    (after,) = _contents(platform, [corrected])
    came = after.rows - first[1].rows
    expected = len(corrected.keys - recipients.keys)
    if came != expected:
        raise DemoError(f"{came:,} rows came with the corrected file, and {expected:,} were expected")
    steps.append(Step("The recipients, corrected", loaded, f"the {came:,} rows that were rejected have arrived"))
    show(steps[-1])
    return steps


def _load(platform: Platform, dropped: Sequence[DataFile], say: Callable[[str], None]) -> list[Loaded]:
    versions = [platform.drop(file) for file in dropped]
    platform.run(say)
    batches = [platform.batch(version) for version in versions]
    loaded = [Loaded(file, batch, platform.rejects(batch)) for file, batch in zip(dropped, batches, strict=True)]
    for one in loaded:
        _check_counts(one)
    return loaded


def _check_counts(one: Loaded) -> None:
    batch, file = one.batch, one.file
    if batch.rows_read != batch.rows_merged + batch.rows_rejected:
        raise DemoError(
            f"{file.key}: {batch.rows_read:,} rows were read, {batch.rows_merged:,} merged "
            f"and {batch.rows_rejected:,} rejected, which does not add up"
        )
    if (batch.rows_read, batch.rows_rejected) != (file.rows, file.rejected):
        raise DemoError(
            f"{file.key}: the platform read {batch.rows_read:,} rows and rejected {batch.rows_rejected:,}; "
            f"a plain csv reader finds {file.rows:,}, of which {file.rejected:,} are bad"
        )
    if batch.rows_merged - batch.rows_superseded != len(file.keys):
        raise DemoError(
            f"{file.key}: of {batch.rows_merged:,} merged rows {batch.rows_superseded:,} were counted as superseded; "
            f"a plain csv reader finds {len(file.keys):,} keys"
        )


def _contents(platform: Platform, dropped: Sequence[DataFile]) -> list[Content]:
    """The tables of the files' datasets, each checked to hold the keys that a plain reader finds."""
    found = [table.content(platform.database, platform.contracts[file.dataset]) for file in dropped]
    for file, content in zip(dropped, found, strict=True):
        if content.keys != file.keys:
            raise DemoError(
                f"table {file.dataset} has {content.rows:,} rows, a plain csv reader {len(file.keys):,} keys; "
                f"{len(content.keys ^ file.keys):,} are only in one of them"
            )
    return found
