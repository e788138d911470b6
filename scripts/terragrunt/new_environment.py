"""Make a new environment of an existing one: a folder of live/ with an account, a region and addresses of its own.

Nothing is sent to AWS. The new folder appears whole or not at all.
"""

import argparse
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path

import boto3

from scripts.common import environments, networks
from scripts.common.environments import Environment
from scripts.common.errors import UserError, run_main
from scripts.common.paths import LIVE

_NAME = re.compile(r"[a-z][a-z0-9-]*[a-z0-9]")
_LONGEST_BUCKET = 63
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""
_LONGEST_SUFFIX = "artifacts"
IDENTITY_PROVIDER = "token.actions.githubusercontent.com"
"""As modules/ci_roles names it."""
_NOT_COPIED = shutil.ignore_patterns(".terragrunt-cache", ".terraform", "*.tfstate*", "backend.tf", "provider.tf")

Ask = Callable[[str, str], str]
"""Asks for a value by its name, and offers a default; what it returns was not checked."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is new in an environment; without a network, it adopts the VPC that its source adopts."""

    name: str
    account_id: str
    region: str
    network: IPv4Network | None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 1 where a value is wrong, and then nothing was made."""
    parser = argparse.ArgumentParser(prog="new-environment", description=__doc__)
    parser.add_argument(
        "name", metavar="NAME", help="its name, which is also the folder's and a part of every resource's"
    )
    parser.add_argument("--from", dest="source", metavar="ENV", help="the environment to copy (dev, or the first)")
    parser.add_argument("--account", metavar="ID", help="twelve digits; asked for at a terminal")
    parser.add_argument("--region", metavar="REGION", help="such as eu-west-1; asked for at a terminal")
    parser.add_argument(
        "--cidr", metavar="BLOCK", help="addresses of its VPC, such as 10.4.0.0/22; asked for at a terminal"
    )
    options = parser.parse_args(arguments)
    return run_main("new-environment", lambda: _run(options, _at_terminal if sys.stdin.isatty() else _default))


def _run(options: argparse.Namespace, ask: Ask, live: Path = LIVE) -> None:
    source = environments.load(options.source, live) if options.source else environments.default(live)
    check_name(options.name, live)
    account_id = check_account(options.account or ask("account", ""))
    region = check_region(options.region or ask("region", source.region))
    wanted = Wanted(options.name, account_id, region, _network(options.cidr, source, ask))
    _check_lengths(wanted, live)
    folder = make(wanted, source)
    print("\n".join(_said(wanted, source, folder)))


def _at_terminal(name: str, default: str) -> str:
    return input(f"{name}{f' [{default}]' if default else ''}: ").strip() or default


def _default(name: str, default: str) -> str:
    if not default:
        raise UserError(f"--{name} is missing, and there is no terminal to ask at.")
    return default


def check_name(name: str, live: Path) -> None:
    """Refuse a name that AWS would, or that is taken."""
    if not _NAME.fullmatch(name):
        raise UserError(f"{name!r} is not a name: use lower-case letters, digits and hyphens, beginning with a letter.")
    if (live / name).exists():
        raise UserError(
            f"{live / name} exists. Choose another name, or delete that folder if nothing was applied from it."
        )


def check_account(account_id: str) -> str:
    """The account, where it has twelve digits."""
    if not re.fullmatch(r"\d{12}", account_id):
        raise UserError(f"{account_id!r} is not an account: give its twelve digits with --account.")
    return account_id


def check_region(region: str) -> str:
    """The region, where botocore's endpoint data know it as one with Lambda."""
    session = boto3.Session()
    known = sorted(
        one for part in session.get_available_partitions() for one in session.get_available_regions("lambda", part)
    )
    if region not in known:
        raise UserError(f"{region!r} is not a region with Lambda. There are: {', '.join(known)}.")
    return region


def _network(given: str | None, source: Environment, ask: Ask) -> IPv4Network | None:
    """The block of the new VPC, which overlaps no other; None where the source adopts a VPC."""
    old = networks.block(source)
    if old is None:
        if given:
            raise UserError(
                f"--cidr is {given}, but {source.name} adopts a VPC. Say so in the new folder: network/terragrunt.hcl."
            )
        return None
    used = networks.blocks(source.live)
    new = networks.parsed(given or ask("cidr", str(networks.free(used, old.prefixlen))), "--cidr")
    for name, network in used.items():
        if new.overlaps(network):
            raise UserError(
                f"--cidr {new} overlaps {network} of {name}: the two could never be connected. Choose another block."
            )
    return new


def _check_lengths(wanted: Wanted, live: Path) -> None:
    environment = Environment(wanted.name, wanted.account_id, wanted.region, live=live)
    bucket = f"{environment.prefix}-{wanted.account_id}-{wanted.region}-{_LONGEST_SUFFIX}"
    if (excess := len(bucket) - _LONGEST_BUCKET) > 0:
        raise UserError(
            f"{wanted.name!r} is too long by {excess}: the bucket {bucket} would have {len(bucket)} characters, and S3 "
            f"takes {_LONGEST_BUCKET}. Choose a shorter name."
        )


def make(wanted: Wanted, source: Environment) -> Path:
    """Make the folder of a new environment, and return it; it is moved into place when it is complete."""
    folder = source.live / wanted.name
    with tempfile.TemporaryDirectory(dir=source.live.parent, prefix=".new-environment-") as place:
        draft = Path(place) / wanted.name
        shutil.copytree(source.folder, draft, ignore=_NOT_COPIED)
        settings = draft / "env.hcl"
        text = settings.read_text(encoding="utf-8")
        changed = {"environment": wanted.name, "account_id": wanted.account_id, "region": wanted.region}
        for name, value in changed.items():
            text = re.sub(rf'^(\s*{name}\s*=\s*)"[^"]*"', rf'\g<1>"{value}"', text, count=1, flags=re.MULTILINE)
        text = with_identity_provider(text, wanted, source.live)
        text = re.sub(rf"^# Settings of {source.name}\b", f"# Settings of {wanted.name}", text)
        if wanted.network and (old := networks.block(source)):
            text = networks.moved(text, old, wanted.network)
            network = draft / networks.unit(source).relative_to(source.folder)
            network.write_text(
                networks.with_block(network.read_text(encoding="utf-8"), wanted.network), encoding="utf-8"
            )
        settings.write_text(text, encoding="utf-8")
        draft.rename(folder)
    environments.load(wanted.name, source.live)
    return folder


def with_identity_provider(text: str, wanted: Wanted, live: Path) -> str:
    """Name GitHub's identity provider where an environment of the account makes it: an account can have only one."""
    is_there = wanted.account_id in {environments.load(name, live).account_id for name in environments.names(live)}
    partition = boto3.Session().get_partition_for_region(wanted.region)
    arn = f'"arn:{partition}:iam::{wanted.account_id}:oidc-provider/{IDENTITY_PROVIDER}"' if is_there else "null"
    return re.sub(r'^(\s*oidc_provider_arn\s*=\s*)("[^"]*"|null)', rf"\g<1>{arn}", text, count=1, flags=re.MULTILINE)


def _said(wanted: Wanted, source: Environment, folder: Path) -> list[str]:
    kind = "as production" if source.production else "not as production"
    network = f"VPC {wanted.network}" if wanted.network else f"the VPC that {source.name} adopts"
    return [
        f"{folder}: account {wanted.account_id}, region {wanted.region}, {network}, {kind}.",
        f"All else is as in {source.name}. Look at {folder / 'env.hcl'}: Oracle's address, `production`, the tags.",
        f"Then plan it: plan-units {wanted.name}",
    ]


if __name__ == "__main__":
    sys.exit(main())
