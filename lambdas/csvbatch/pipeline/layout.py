"""The keys of objects in the bucket."""

from dataclasses import dataclass

INCOMING = "incoming/"
WORK = "work/"
REJECTED = "rejected/"
REPORTS = "reports/"
GZIP_SUFFIX = ".gz"


@dataclass(frozen=True, slots=True)
class Incoming:
    """The parts of a key under incoming/: `incoming/<dataset>/<file>`."""

    dataset: str
    file: str

    @property
    def is_packed(self) -> bool:
        """Whether the name ends in .gz."""
        return self.file.lower().endswith(GZIP_SUFFIX)


def parse_incoming(key: str) -> Incoming | None:
    """Read a key; None if it is not a file of a dataset: a folder marker, or an object outside the dataset folders."""
    prefix, _, rest = key.partition("/")
    dataset, slash, file = rest.partition("/")
    if f"{prefix}/" != INCOMING or not slash or not dataset or not file or file.endswith("/"):
        return None
    return Incoming(dataset, file)


def unpacked_key(batch_id: str) -> str:
    """Give the key of a batch's unpacked file."""
    return f"{WORK}{batch_id}/unpacked.csv"


def reject_key(dataset: str, batch_id: str, attempt: int, chunk_number: int) -> str:
    """Give the key of a chunk's rejects; the same for each delivery of an attempt, so a repetition overwrites it."""
    return f"{REJECTED}{dataset}/{batch_id}/{attempt:03d}/{chunk_number:06d}.csv"


def report_key(dataset: str, batch_id: str) -> str:
    """Give the key of a batch's report."""
    return f"{REPORTS}{dataset}/{batch_id}.json"
