"""Splitter and handler, each in a process of its own, need no more memory for a larger file."""

from pathlib import Path

import pytest

from benchmarks import memory

MB = 1024 * 1024


def assert_flat(folder: Path, small: int, large: int) -> None:
    few, many = memory.of_size(folder, small), memory.of_size(folder, large)
    assert many.splitter <= few.splitter * 1.1
    assert many.handler <= few.handler * 1.1


def test_four_times_the_file_needs_no_more_memory(tmp_path: Path) -> None:
    assert_flat(tmp_path, 32 * MB, 128 * MB)


@pytest.mark.slow
def test_a_gigabyte_needs_no_more_memory_than_64_megabytes(tmp_path: Path) -> None:
    assert_flat(tmp_path, 64 * MB, 1024 * MB)
