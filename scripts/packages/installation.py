"""From a lock to members of an archive: install, trim, compile, deflate, and check against the wheels."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.packages.archive import Member
from scripts.packages.bytecode import bytecode_path
from scripts.packages.compression import pack_files
from scripts.packages.contents import Entry, Package, content_digest
from scripts.packages.distributions import Distribution, read_distributions
from scripts.packages.errors import WheelError
from scripts.packages.lock import Lock
from scripts.packages.progress import Report
from scripts.packages.requirements import direct_requirements
from scripts.packages.target import Target
from scripts.packages.trimming import goes_to_lambda
from scripts.packages.wheels import install


@dataclass(frozen=True, slots=True)
class Installed:
    """What was installed: its files, packed, what they belong to, and who requires whom."""

    members: list[Member]
    packages: tuple[Package, ...]
    requires: dict[str, tuple[str, ...]]


def install_and_pack(lock: Lock, target: Target, folder: Path, report: Report) -> Installed:
    """Install into a folder, and pack what goes to Lambda."""
    report("installing dependencies", 0, 1)
    install(lock, target, folder)
    report("installing dependencies", 1, 1)
    distributions = read_distributions(folder)
    kept = [path for distribution in distributions for path in distribution.files if goes_to_lambda(path)]
    members = pack_files(folder, kept, report)
    entries = {member.entry.path: member.entry for member in members}
    packages = tuple(_package(distribution, entries) for distribution in distributions)
    return Installed(members, packages, direct_requirements(distributions, lock.asked, target))


def _package(distribution: Distribution, entries: dict[str, Entry]) -> Package:
    own = list(_own_entries(distribution, entries))
    return Package(
        distribution.name,
        distribution.version,
        distribution.licence,
        content_digest(own),
        sum(entry.size for entry in own),
    )


def _own_entries(distribution: Distribution, entries: dict[str, Entry]) -> Iterator[Entry]:
    for path, recorded in distribution.files.items():
        entry = entries.get(path)
        if entry is None:
            continue
        if entry.sha256 != recorded:
            raise WheelError(
                f"{path} is not what the wheel of {distribution.name} {distribution.version} records: the wheel is "
                f"damaged, or uv's copy of it was changed (uv cache clean {distribution.name})"
            )
        yield entry
        if path.endswith(".py") and bytecode_path(path) in entries:
            yield entries[bytecode_path(path)]
