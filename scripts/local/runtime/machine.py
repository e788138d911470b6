"""The processor of this machine; packages for another one cannot run here, because of compiled modules."""

import platform

from scripts.common.errors import UserError

_LAMBDAS_NAMES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}


def architecture() -> str:
    """Lambda's name of this machine's processor, or its own name if Lambda has none."""
    name = platform.machine().lower()
    return _LAMBDAS_NAMES.get(name, name)


def check(function: str, wanted: str) -> None:
    """Raise UserError if a function's package is for another processor."""
    here = architecture()
    if wanted != here:
        raise UserError(
            f"{function} is packaged for {wanted}, and this machine is {here}: you can plan and apply, but not run it "
            f'here. To run it, set architecture = "{here}" in env.hcl, then make package and apply'
        )
