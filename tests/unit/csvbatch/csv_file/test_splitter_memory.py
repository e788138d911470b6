"""Memory does not grow with the file: each stream goes through a process of its own, whose peaks are compared."""

import subprocess
import sys
from pathlib import Path

import pytest

import csvbatch

PROGRAM = r"""
import gzip, itertools, random, re, sys
from collections import deque
from pathlib import Path
from csvbatch.csv_file.dialect import Dialect
from csvbatch.csv_file.blocks import resize
from csvbatch.csv_file.row_reader import Rows
from csvbatch.csv_file.splitter import scan
from csvbatch.csv_file.gzip_stream import unpack_gzip

task, megabytes = sys.argv[1], int(sys.argv[2])
rows = b'1234567890,Ann Example,1 Long Lane,2001-02-03,true\n' * 20 + b'9,"two\nlines, a ""quote""\n",,,\n'
block = rows * (1024 * 1024 // len(rows))
if task == "scan":
    stream = itertools.chain([b"id,name,address,born,alive\n"], itertools.repeat(block, megabytes))
    deque(scan(stream, Dialect(), chunk_bytes=8 * 1024 * 1024), maxlen=0)
elif task == "read":
    deque(Rows(resize(itertools.repeat(block, megabytes), 65536), Dialect(), first_line=2), maxlen=0)
else:
    member = gzip.compress(random.Random(1).randbytes(512 * 1024).hex().encode())
    deque(unpack_gzip(itertools.repeat(member, megabytes)), maxlen=0)
print(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1])
"""


def peak_kib(task: str, megabytes: int) -> int:
    """The high-water mark of the process's own memory: what `getrusage` gives begins with the parent's."""
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, task, str(megabytes)],
        env={"PYTHONPATH": str(Path(csvbatch.__file__).parents[1])},
        capture_output=True,
        check=True,
        timeout=600,
        text=True,
    )
    return int(run.stdout)


def assert_flat(task: str, small: int, large: int) -> None:
    assert peak_kib(task, large) <= peak_kib(task, small) * 1.1


@pytest.mark.parametrize(("task", "small", "large"), [("scan", 64, 256), ("read", 8, 32), ("unpack", 32, 128)])
def test_four_times_the_file_needs_no_more_memory(task: str, small: int, large: int) -> None:
    assert_flat(task, small, large)


@pytest.mark.slow
@pytest.mark.parametrize("task", ["scan", "read", "unpack"])
def test_a_gigabyte_needs_no_more_memory_than_64_megabytes(task: str) -> None:
    assert_flat(task, 64, 1024)
