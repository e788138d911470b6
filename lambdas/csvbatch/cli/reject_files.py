"""Finds the reject files of a batch, in the output folder or in the bucket."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from csvbatch.cli.aws import Aws, translated
from csvbatch.pipeline import layout
from csvbatch.rows.reject_file import read_rejects

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
        with (self.folder / key).open("rb") as stream:
            yield from read_rejects(iter(partial(stream.read, _BLOCK_BYTES), b""))


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
                yield from read_rejects(body.iter_chunks(_BLOCK_BYTES))
            finally:
                body.close()

    def _s3(self) -> Any:
        return self.aws.client("s3")


def last_attempt(batch: str, keys: Iterable[str]) -> list[str]:
    """Of all keys those of a batch's last attempt, in the order of its chunks."""
    found = [(int(match["attempt"]), key) for key in keys if (match := _KEY.fullmatch(key)) and match["batch"] == batch]
    last = max((attempt for attempt, _ in found), default=0)
    return sorted(key for attempt, key in found if attempt == last)
