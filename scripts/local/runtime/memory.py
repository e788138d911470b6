"""The memory limit of an execution environment: a process that exceeds it is killed, as Lambda does.

Lambda kills the process without a warning that it could catch, and the invocation ends with Runtime.ExitError and
"signal: killed" (https://www.smplogs.com/guides/lambda-memory-errors; AWS has no page that says so of this error).
Here the resident memory is read some hundred times a second and the process is killed from outside: a limit of the
process itself (RLIMIT_AS) counts reserved addresses too, and raises MemoryError in the function instead of killing it.
"""

from contextlib import suppress
from pathlib import Path
from resource import getpagesize

CHECK_SECONDS = 0.005
"""The longest time between two readings."""

_BYTES_PER_MB = 1024 * 1024


def resident_mb(pid: int) -> float:
    """Give the resident memory of a process in MiB; 0 if it has ended, or where there is no /proc.

    Its second field: https://www.kernel.org/doc/Documentation/filesystems/proc.txt
    """
    with suppress(OSError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * getpagesize() / _BYTES_PER_MB
    return 0.0
