"""The processor of this machine: a package for another one cannot run here, because it brings compiled modules."""

import platform

from scripts.local.runtime.errors import LocalRuntimeError

_LAMBDAS_NAMES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}


def architecture() -> str:
    """Give this machine's processor by Lambda's name, or by its own where Lambda has none like it."""
    name = platform.machine().lower()
    return _LAMBDAS_NAMES.get(name, name)


def check(function: str, wanted: str) -> None:
    """Raise LocalRuntimeError where a function's package is for another processor than this machine's."""
    here = architecture()
    if wanted != here:
        raise LocalRuntimeError(
            f"{function} is packaged for {wanted}, and this machine is {here}: it can be planned and applied here, and "
            f'run on AWS or on a machine with {wanted}. To run it here, set architecture = "{here}" in env.hcl, '
            "build it (make package) and apply it"
        )
