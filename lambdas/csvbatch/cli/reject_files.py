"""Finds the reject files of a batch, in the output folder or in the bucket, and reads them."""

import codecs
import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from csvbatch.cli.aws import Aws, translated
from csvbatch.csv_file.limits import DEFAULT_LIMITS
from csvbatch.pipeline import layout

_BLOCK_BYTES = 256 * 1024
_BATCH = re.compile(r"[0-9a-f]{16}")
_KEY = re.compile(r"rejected/[^/]+/(?P<batch>[^/]+)/(?P<attempt>[0-9]{3,})/[0-9]{6,}\.csv")


def is_batch_id(text: str) -> bool:
    """Whether a text has the form of a batch's id."""
    return _BATCH.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class FolderRejects:
    """Reject files in a folder of this machine."""

    folder: Path

    def keys(self, batch: str) -> list[str]:
        """The keys of a batch's last attempt."""
        paths = (self.folder / layout.REJECTED).glob(f"*/{batch}/*/*.csv")
        return last_attempt(batch, (path.relative_to(self.folder).as_posix() for path in paths))

    def rows(self, key: str) -> Iterator[dict[str, str]]:
        """The rejects of one chunk."""
        with (self.folder / key).open("r", encoding="utf-8", newline="") as stream:
            yield from _read(stream)


@dataclass(frozen=True, slots=True)
class BucketRejects:
    """Reject files in a bucket; asks no more than the role that may read rejects is allowed."""

    bucket: str
    aws: Aws
    dataset: str | None

    def keys(self, batch: str) -> list[str]:
        """The keys of a batch's last attempt; without a dataset, all rejects have to be listed for it."""
        prefix = f"{layout.REJECTED}{self.dataset}/{batch}/" if self.dataset else layout.REJECTED
        with translated():
            pages = self._s3().get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
            return last_attempt(batch, (one["Key"] for page in pages for one in page.get("Contents", [])))

    def rows(self, key: str) -> Iterator[dict[str, str]]:
        """The rejects of one chunk."""
        with translated():
            body = self._s3().get_object(Bucket=self.bucket, Key=key)["Body"]
            try:
                yield from _read(_lines(body))
            finally:
                body.close()

    def _s3(self) -> Any:
        return self.aws.client("s3")


def last_attempt(batch: str, keys: Iterable[str]) -> list[str]:
    """Of all keys those of a batch's last attempt, in the order of its chunks."""
    found = [(int(match["attempt"]), key) for key in keys if (match := _KEY.fullmatch(key)) and match["batch"] == batch]
    last = max((attempt for attempt, _ in found), default=0)
    return sorted(key for attempt, key in found if attempt == last)


def _read(lines: Iterable[str]) -> Iterator[dict[str, str]]:
    csv.field_size_limit(max(csv.field_size_limit(), DEFAULT_LIMITS.row_bytes))
    for reject in csv.DictReader(lines):
        # Files of earlier releases have no last line.
        reject.setdefault("last_line", reject["line"])
        yield reject


def _lines(body: Any) -> Iterator[str]:
    """The lines of a stream, whose newlines inside of rows stay as they are."""
    decode = codecs.getincrementaldecoder("utf-8")().decode
    text = ""
    for block in body.iter_chunks(_BLOCK_BYTES):
        *whole, text = (text + decode(block)).split("\n")
        yield from (f"{line}\n" for line in whole)
    yield text
