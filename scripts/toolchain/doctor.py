"""The command behind `make doctor`: what this machine has of what the project needs, and how to get the rest.

It changes nothing and starts no set-up. A machine without something that only some tests need is ready nonetheless.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.common.errors import UserError, run_main
from scripts.common.paths import REPOSITORY, TOOLCHAIN_JSON, path_folders, user_cache
from scripts.toolchain import engines, java, platforms, providers, pythons

FREE_GIGABYTES = 6
"""Space for the environments, the packages and Terragrunt's caches, measured with some to spare."""
_POSTGRES = "your system's package of the server, for example: apt-get install postgresql"


@dataclass(frozen=True)
class Finding:
    """One thing: what was found, or how to get it; `needed_for` is empty where everything needs it."""

    name: str
    found: str
    advice: str = ""
    needed_for: str = ""

    @property
    def blocks(self) -> bool:
        """Whether the project cannot be set up for want of it."""
        return not self.found and not self.needed_for

    def __str__(self) -> str:
        mark = "ok     " if self.found else "MISSING" if self.blocks else "without"
        wanted = f" (only for {self.needed_for})" if self.needed_for and not self.found else ""
        return f"{mark} {self.name}{wanted}: {self.found or self.advice}"


def main() -> int:
    """Run the command: 0 when the project can be set up and used here, 1 when something that all needs is missing."""
    argparse.ArgumentParser(
        prog="doctor", description=__doc__, epilog="Exit status: 0 nothing is missing that all needs, 1 something is."
    ).parse_args()
    return run_main("doctor", _run)


def _run() -> int:
    found = []
    for one in findings():
        print(one, flush=True)
        found.append(one)
    blocking = [one.name for one in found if one.blocks]
    if blocking:
        print(f"Missing: {', '.join(blocking)}. Get them as said above, then: make setup")
        return 1
    print("Ready: make plan" if TOOLCHAIN_JSON.is_file() else "Ready: make setup")
    return 0


def findings() -> Iterator[Finding]:
    """Everything that is looked for, as soon as it is known."""
    yield _checked("platform", _platform)
    for name, advice in (("git", "install git"), ("make", "install make")):
        yield _program(name, advice)
    yield _checked("Python", lambda: str(pythons.find_python()))
    go = shutil.which("go", path=os.pathsep.join(path_folders()))
    yield _tool("Terraform or OpenTofu", (engines.TERRAFORM, engines.TOFU), go)
    yield _tool("Terragrunt", (engines.TERRAGRUNT,), go)
    yield _checked("AWS provider", _provider)
    yield _space()
    yield _tool("actionlint", (engines.ACTIONLINT,), go, "make lint")
    yield _postgresql()
    library = java.find_java()
    yield Finding("Java", str(library or ""), java.MISSING, "the tests of the Oracle store")
    yield _program("mvn", java.MISSING, "the tests of the Oracle store")
    yield _oracle()


def _checked(name: str, look: Callable[[], str]) -> Finding:
    """What a function of the set-up finds, or says that has to be done."""
    try:
        return Finding(name, look())
    except UserError as error:
        return Finding(name, "", str(error))


def _platform() -> str:
    platforms.check()
    return " ".join(os.uname()[index] for index in (0, 4))


def _program(name: str, advice: str, needed_for: str = "") -> Finding:
    path = shutil.which(name, path=os.pathsep.join(path_folders()))
    return Finding(name, path or "", advice, needed_for)


def _tool(name: str, tools: tuple[engines.Tool, ...], go: str | None, needed_for: str = "") -> Finding:
    present = next((path for tool in tools if (path := engines.present(tool))), None)
    if present:
        return Finding(name, str(present), needed_for=needed_for)
    if go:
        return Finding(name, f"will be built with {go}, once on this machine", needed_for=needed_for)
    return Finding(name, "", engines.how_to_get(tools[-1], list(tools)), needed_for)


def _provider() -> str:
    version, source = providers.pinned_version(), providers.present()
    return f"hashicorp/aws {version}: {source or 'will be downloaded once from the public registry'}"


def _space() -> Finding:
    cache = user_cache()
    places = {REPOSITORY, next(folder for folder in (cache, *cache.parents) if folder.is_dir())}
    free = min(shutil.disk_usage(place).free for place in places) / 1e9
    text = f"{free:.0f} GB free"
    if free >= FREE_GIGABYTES:
        return Finding("disk", text)
    return Finding("disk", "", f"{text} for {' and '.join(map(str, places))}: make room for {FREE_GIGABYTES} GB")


def _postgresql() -> Finding:
    servers = [str(path.parent) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))]
    program = shutil.which("initdb", path=os.pathsep.join(path_folders()))
    found = program or (servers[-1] if servers else "")
    return Finding("PostgreSQL's server programs", found, _POSTGRES, "the tests of the PostgreSQL store")


def _oracle() -> Finding:
    return Finding(
        "Oracle",
        "named by CSVBATCH_TEST_ORACLE_URL" if os.environ.get("CSVBATCH_TEST_ORACLE_URL") else "",
        "name one in CSVBATCH_TEST_ORACLE_URL (docs/oracle-tests.md)",
        "make test-oracle",
    )


if __name__ == "__main__":
    sys.exit(main())
