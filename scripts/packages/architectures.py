"""Which processors the environments ask for: one package of each function is built for every one of them."""

import re
from pathlib import Path

from scripts.packages.errors import PackagingError
from scripts.packages.target import TARGETS

DEFAULT = "x86_64"
"""What Lambda takes where nothing is said, and so what a checkout without environments gets."""

_LINE = re.compile(r'^\s*architecture\s*=\s*"([^"]*)"', re.MULTILINE)


def by_environment(live: Path) -> dict[str, str]:
    """Each environment's architecture, as its env.hcl states it; those that state none are left out.

    Raises `PackagingError` where one is no processor of Lambda.
    """
    found = {}
    for file in sorted(live.glob("*/env.hcl")):
        stated = _LINE.search(file.read_text(encoding="utf-8"))
        if stated is None:
            continue
        if stated[1] not in TARGETS:
            raise PackagingError(
                f'{file}: architecture = "{stated[1]}" is not one of Lambda\'s processors; use '
                f"{' or '.join(sorted(TARGETS))}"
            )
        found[file.parent.name] = stated[1]
    return found


def of(live: Path, environment: str) -> str:
    """One environment's architecture."""
    return by_environment(live).get(environment, DEFAULT)


def asked_for(live: Path) -> tuple[str, ...]:
    """Every architecture that an environment asks for, sorted; the default where none does."""
    return tuple(sorted(set(by_environment(live).values()))) or (DEFAULT,)
