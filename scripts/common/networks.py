"""The address blocks of the environments' networks, as their `network` units state them."""

import re
from collections.abc import Mapping
from ipaddress import IPv4Network
from itertools import combinations
from pathlib import Path

from scripts.common import environments
from scripts.common.environments import Environment
from scripts.common.errors import UserError
from scripts.common.paths import LIVE

_CIDR = re.compile(r'^(\s*cidr\s*=\s*)"([^"$]*)"', re.MULTILINE)
_PRIVATE = (IPv4Network("10.0.0.0/8"), IPv4Network("172.16.0.0/12"), IPv4Network("192.168.0.0/16"))
"""https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html recommends these (RFC 1918)."""
_LARGEST, _SMALLEST = 16, 26
"""The prefix lengths that modules/network takes."""


def unit(environment: Environment) -> Path:
    """The file that states the addresses of an environment's network."""
    return environment.folder / "network" / "terragrunt.hcl"


def block(environment: Environment) -> IPv4Network | None:
    """The addresses of an environment's VPC; None where it adopts a VPC, or has no network unit."""
    path = unit(environment)
    found = _CIDR.search(path.read_text(encoding="utf-8")) if path.is_file() else None
    return parsed(found[2], str(path)) if found else None


def blocks(live: Path = LIVE) -> Mapping[str, IPv4Network]:
    """The addresses of every environment that makes a VPC of its own, by its name."""
    found = {name: block(environments.load(name, live)) for name in environments.names(live)}
    return {name: network for name, network in found.items() if network}


def parsed(text: str, where: str) -> IPv4Network:
    """The block that a text states; raises UserError, which names the place, where a VPC cannot have it."""
    try:
        network = IPv4Network(text)
    except ValueError as error:
        raise UserError(f"{where}: {text!r} is not an IPv4 block such as 10.4.0.0/22 ({error}).") from error
    if not _LARGEST <= network.prefixlen <= _SMALLEST:
        raise UserError(f"{where}: {text} is not from a /{_LARGEST} to a /{_SMALLEST}, as a VPC of ours must be.")
    return network


def free(used: Mapping[str, IPv4Network], prefix_length: int) -> IPv4Network:
    """The first private block of that size, after all that are used, that overlaps none of them."""
    for private in _PRIVATE:
        taken = sorted((one for one in used.values() if one.subnet_of(private)), key=lambda one: one.broadcast_address)
        start = int(taken[-1].broadcast_address) + 1 if taken else int(private.network_address)
        size = 1 << (32 - prefix_length)
        first = -(-start // size) * size
        if first + size - 1 <= int(private.broadcast_address):
            return IPv4Network((first, prefix_length))
    raise UserError(
        f"No private block of a /{prefix_length} is free after those of {', '.join(used)}. Choose one: --cidr."
    )


def overlapping(live: Path = LIVE) -> list[tuple[str, str]]:
    """The pairs of environments whose networks share addresses, so that they could never be connected."""
    pairs = combinations(blocks(live).items(), 2)
    return [(one, other) for (one, its), (other, others) in pairs if its.overlaps(others)]


def with_block(text: str, network: IPv4Network) -> str:
    """The text of a network unit with another block."""
    return _CIDR.sub(rf'\g<1>"{network}"', text, count=1)


def moved(text: str, old: IPv4Network, new: IPv4Network) -> str:
    """A text in which every block inside `old` is at the same place of `new`; what would not fit there stays."""

    def other(found: re.Match[str]) -> str:
        try:
            inner = IPv4Network(found[1])
        except ValueError:
            return found[0]
        if not inner.subnet_of(old):
            return found[0]
        place = int(inner.network_address) - int(old.network_address) + int(new.network_address)
        candidate = IPv4Network((place, inner.prefixlen), strict=False)
        return f'"{candidate}"' if candidate.subnet_of(new) else found[0]

    return re.sub(r'"(\d+\.\d+\.\d+\.\d+/\d+)"', other, text)
