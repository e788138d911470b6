import dataclasses
import hashlib
from typing import Any

import pytest

from scripts.packages.contents import Entry, File, content_digest, entry_of

ENTRIES = [
    entry_of(File("b/ü.py", 0o100644, b"x = 1\n")),
    entry_of(File("b.py", 0o100755, b"")),
    entry_of(File("a", 0o100644, b"a")),
]


def test_the_digest_is_that_of_the_documented_text() -> None:
    lines = [
        "lambda-package 1",
        f"100644 {hashlib.sha256(b'a').hexdigest()} a",
        f"100755 {hashlib.sha256(b'').hexdigest()} b.py",
        f"100644 {hashlib.sha256(b'x = 1' + bytes([10])).hexdigest()} b/ü.py",
    ]
    text = "".join(f"{line}\n" for line in lines)
    assert content_digest(ENTRIES) == hashlib.sha256(text.encode()).hexdigest()


def test_the_order_in_which_files_are_given_does_not_matter() -> None:
    assert content_digest(reversed(ENTRIES)) == content_digest(ENTRIES)


@pytest.mark.parametrize(
    "change",
    [{"path": "c"}, {"mode": 0o100755}, {"sha256": hashlib.sha256(b"b").hexdigest()}],
    ids=["path", "mode", "content"],
)
def test_a_change_of_any_file_changes_it(change: dict[str, Any]) -> None:
    *others, last = ENTRIES
    assert content_digest([*others, dataclasses.replace(last, **change)]) != content_digest(ENTRIES)


def test_a_file_less_changes_it() -> None:
    assert content_digest(ENTRIES[1:]) != content_digest(ENTRIES)


def test_an_entry_tells_size_and_digest_of_its_content() -> None:
    assert entry_of(File("a", 0o100644, b"abc")) == Entry("a", 0o100644, hashlib.sha256(b"abc").hexdigest(), 3)
