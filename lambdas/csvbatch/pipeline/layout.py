"""Where things are in the bucket."""

from dataclasses import dataclass

INCOMING = "incoming/"
WORK = "work/"
REJECTED = "rejected/"
REPORTS = "reports/"
GZIP_SUFFIX = ".gz"


@dataclass(frozen=True, slots=True)
class Incoming:
    """What the key of an object under incoming/ says: `incoming/<dataset>/<file>`."""

    dataset: str
    file: str

    @property
    def is_packed(self) -> bool:
        """Whether the name says gzip."""
        return self.file.lower().endswith(GZIP_SUFFIX)


def parse_incoming(key: str) -> Incoming | None:
    """Read a key; None for what is no file of a dataset: the mark of a folder, or an object beside the datasets."""
    prefix, _, rest = key.partition("/")
    dataset, slash, file = rest.partition("/")
    if f"{prefix}/" != INCOMING or not slash or not dataset or not file or file.endswith("/"):
        return None
    return Incoming(dataset, file)


def unpacked_key(batch_id: str) -> str:
    """Where a packed file is unpacked to."""
    return f"{WORK}{batch_id}/unpacked.csv"


def reject_key(dataset: str, batch_id: str, attempt: int, chunk_number: int) -> str:
    """Where a chunk's rejected rows go; the same for every try of the same attempt, so a repetition overwrites."""
    return f"{REJECTED}{dataset}/{batch_id}/{attempt:03d}/{chunk_number:06d}.csv"


def report_key(dataset: str, batch_id: str) -> str:
    """Where a batch's report goes."""
    return f"{REPORTS}{dataset}/{batch_id}.json"
