"""The demo's scenario: files arrive, arrive again, and arrive corrected; every count is checked each time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from rich.table import Table

from csvbatch.contract.model import Contract
from csvbatch.store import Batch
from scripts.common.errors import UserError
from scripts.local.demo import table
from scripts.local.demo.table import Content
from scripts.local.samples import data_files
from scripts.local.samples.data_files import DataFile


class Platform(Protocol):
    """What the scenario needs: a place to upload files, and something that loads them."""

    @property
    def database(self) -> Path:
        """The SQLite file with the tables."""

    @property
    def contracts(self) -> Mapping[str, Contract]:
        """By dataset."""

    def drop(self, file: DataFile) -> str:
        """Upload a file and return its version."""

    def run(self, say: Callable[[str], None]) -> None:
        """Load the uploaded files."""

    def batch(self, version: str) -> Batch:
        """The ledger's batch of an uploaded file."""

    def rejects(self, batch: Batch) -> str:
        """The location of the rejected rows of a batch; empty if there are none."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A loaded file and its batch."""

    file: DataFile
    batch: Batch
    rejects: str

    @property
    def seconds(self) -> float:
        """From registration to the end of the batch."""
        assert self.batch.closed_at is not None, "only closed batches are looked at"
        return (self.batch.closed_at - self.batch.registered_at).total_seconds()


@dataclass(frozen=True, slots=True)
class Step:
    """One run of the platform: its title, its files, and what it proves."""

    title: str
    loaded: Sequence[Loaded]
    proves: str

    def as_table(self) -> Table:
        """The step as a table to print."""
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
    """Run the whole scenario; raises UserError at the first wrong count."""
    airports, recipients = data_files.airports(folder), data_files.recipients(folder, rows)
    corrected = data_files.recipients(folder, rows, corrected=True)

    loaded = _load(platform, [airports, recipients], say)
    first = _contents(platform, [airports, recipients])
    steps = [Step("First load", loaded, "each table has the rows that a plain csv reader finds")]
    show(steps[-1])

    loaded = _load(platform, [airports, recipients], say)
    if _contents(platform, [airports, recipients]) != first:
        raise UserError("the same files were loaded again, and a table's values changed")
    steps.append(Step("The same files again", loaded, "no value changed: the checksum of each table is the same"))
    show(steps[-1])

    loaded = _load(platform, [corrected], say)
    (after,) = _contents(platform, [corrected])
    came = after.rows - first[1].rows
    expected = len(corrected.keys - recipients.keys)
    if came != expected:
        raise UserError(f"the corrected file added {came:,} rows, expected {expected:,}")
    steps.append(Step("The corrected recipients", loaded, f"the {came:,} rejected rows are loaded"))
    show(steps[-1])
    return steps


def _load(platform: Platform, uploaded: Sequence[DataFile], say: Callable[[str], None]) -> list[Loaded]:
    versions = [platform.drop(file) for file in uploaded]
    platform.run(say)
    batches = [platform.batch(version) for version in versions]
    loaded = [Loaded(file, batch, platform.rejects(batch)) for file, batch in zip(uploaded, batches, strict=True)]
    for one in loaded:
        _check_counts(one)
    return loaded


def _check_counts(one: Loaded) -> None:
    batch, file = one.batch, one.file
    if batch.rows_read != batch.rows_merged + batch.rows_rejected:
        raise UserError(
            f"{file.key}: {batch.rows_read:,} rows read, {batch.rows_merged:,} merged and {batch.rows_rejected:,} "
            "rejected, which does not add up"
        )
    if (batch.rows_read, batch.rows_rejected) != (file.rows, file.rejected):
        raise UserError(
            f"{file.key}: the platform read {batch.rows_read:,} rows and rejected {batch.rows_rejected:,}; "
            f"a plain csv reader finds {file.rows:,}, of which {file.rejected:,} are bad"
        )
    if batch.rows_merged - batch.rows_superseded != len(file.keys):
        raise UserError(
            f"{file.key}: of {batch.rows_merged:,} merged rows {batch.rows_superseded:,} were counted as superseded; "
            f"a plain csv reader finds {len(file.keys):,} keys"
        )


def _contents(platform: Platform, uploaded: Sequence[DataFile]) -> list[Content]:
    """The tables of the files, each checked to have the keys that a plain reader finds."""
    found = [table.content(platform.database, platform.contracts[file.dataset]) for file in uploaded]
    for file, content in zip(uploaded, found, strict=True):
        if content.keys != file.keys:
            raise UserError(
                f"table {file.dataset} has {content.rows:,} rows, a plain csv reader {len(file.keys):,} keys; "
                f"{len(content.keys ^ file.keys):,} are only in one of them"
            )
    return found
