"""The platforms that the project is built and tested on; on others the set-up stops at once."""

from __future__ import annotations

import os
import platform

from scripts.common.errors import UserError

SUPPORTED = "Supported: Linux on x86_64."
ELSEWHERE = (
    'Not tested: Linux on arm64 (set architecture = "arm64" in each env.hcl, because deployed functions run on this '
    "machine, and have the AWS provider for linux_arm64), and WSL 2 with the checkout in its own file system. On macOS "
    "use a Linux virtual machine or container: the packages are built for Linux."
)
OVERRIDE = "CSVBATCH_ANY_PLATFORM"
_MACHINES = ("x86_64", "amd64")


def check() -> None:
    """Raise UserError on a platform that is not supported, unless the user overrides that."""
    system, machine = platform.system(), platform.machine()
    supported = system == "Linux" and machine.lower() in _MACHINES
    if supported or os.environ.get(OVERRIDE) == "1":
        return
    raise UserError(
        f"This is {system or 'an unknown system'} on {machine or 'an unknown processor'}. {SUPPORTED} {ELSEWHERE} "
        f"To try it anyway: {OVERRIDE}=1 make setup"
    )
