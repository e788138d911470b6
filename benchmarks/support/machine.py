"""What the figures depend on besides the code: the machine, its load, and the versions of what is compared."""

import os
import platform
import re
import sqlite3
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

_PACKAGES = ("psycopg", "oracledb", "pydantic", "boto3")
_GIB = 1024**3


def machine() -> dict[str, str]:
    """Describe the machine by what its kernel and its programs say, with the load before anything is measured."""
    loads = " ".join(f"{load:.2f}" for load in os.getloadavg())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GIB
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "processors": f"{os.process_cpu_count()} of {_processor()}",
        "memory": f"{memory:.0f} GiB",
        "load average before": loads,
        "system": f"{platform.system()} {platform.release()}, {platform.machine()}",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "SQLite": sqlite3.sqlite_version,
        **{name: version(name) for name in _PACKAGES},
    }


def _processor() -> str:
    try:
        found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    except OSError:
        found = None
    return found[1] if found else platform.processor() or platform.machine()
