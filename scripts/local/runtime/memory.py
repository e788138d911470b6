"""The memory limit of an execution environment: a process that exceeds it is killed, as Lambda does.

Lambda kills the process without a warning that it could catch, and the invocation ends with Runtime.ExitError and
"signal: killed": https://www.smplogs.com/guides/lambda-memory-errors (no page of AWS was found that says so).
Here the peak of the resident memory is read a hundred times a second, and at the end of an invocation, and the process
is killed from outside: a limit of the process itself (RLIMIT_AS) counts reserved addresses too, and raises MemoryError
in the function instead of killing it.
"""

import re
from contextlib import suppress
from pathlib import Path
from resource import getpagesize

CHECK_SECONDS = 0.01
"""The longest time between two readings of an invocation that runs; its end is one more."""

_BYTES_PER_MB = 1024 * 1024
_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


def resident_mb(pid: int) -> float:
    """Give the resident memory of a process in MiB; 0 if it has ended, or where there is no /proc.

    Its second field: https://www.kernel.org/doc/Documentation/filesystems/proc.txt
    """
    with suppress(OSError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * getpagesize() / _BYTES_PER_MB
    return 0.0


def peak_mb(pid: int) -> float:
    """Give the most resident memory that a process ever had, in MiB; 0 if it has ended, or where there is no /proc."""
    with suppress(OSError):
        if found := _PEAK.search(Path(f"/proc/{pid}/status").read_text()):
            return int(found[1]) / 1024
    return 0.0
