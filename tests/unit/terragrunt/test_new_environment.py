import re
import shutil
from argparse import Namespace
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from scripts.common import environments, networks
from scripts.common.errors import UserError
from scripts.common.paths import LIVE
from scripts.terragrunt import new_environment

SOURCE = environments.default()
ACCOUNT = "123456789012"


@pytest.fixture
def live(tmp_path: Path) -> Path:
    """The environments of this checkout, to change."""
    shutil.copytree(LIVE, tmp_path / "live", ignore=shutil.ignore_patterns(".terragrunt-cache"))
    return tmp_path / "live"


def make(live: Path, name: str = "staging", **options: str | None) -> str:
    """Make one as at a terminal whose user accepts every default; returns what was asked."""
    asked = []

    def ask(value: str, default: str) -> str:
        asked.append(f"{value}={default}")
        return default or ACCOUNT

    wanted = {"source": SOURCE.name, "account": None, "region": None, "cidr": None, **options}
    new_environment._run(Namespace(name=name, **wanted), ask, live)
    return " ".join(asked)


def test_the_new_folder_differs_from_its_source_in_what_was_given_alone(live: Path) -> None:
    make(live, account=ACCOUNT, region="ap-southeast-2", cidr="10.7.0.0/22")
    new = environments.load("staging", live)
    assert (new.account_id, new.region, new.production) == (ACCOUNT, "ap-southeast-2", SOURCE.production)
    assert new.units() == SOURCE.units()
    assert networks.block(new) == IPv4Network("10.7.0.0/22")
    differing = {
        str(path.relative_to(live / SOURCE.name))
        for path in (live / SOURCE.name).rglob("*")
        if path.is_file() and path.read_bytes() != (new.folder / path.relative_to(live / SOURCE.name)).read_bytes()
    }
    assert differing == {"env.hcl", "network/terragrunt.hcl"}


def test_an_account_keeps_its_one_identity_provider(live: Path) -> None:
    def setting(name: str) -> str:
        found = re.search(r"oidc_provider_arn *= (.+?) *#", (live / name / "env.hcl").read_text())
        assert found
        return found[1]

    make(live, "same-account", account=SOURCE.account_id)
    provider = f"arn:aws:iam::{SOURCE.account_id}:oidc-provider/token.actions.githubusercontent.com"
    assert setting("same-account") == f'"{provider}"'
    make(live, "china", source="same-account", account=ACCOUNT, region="cn-north-1")
    assert setting("china") == "null"
    make(live, "china-too", account=ACCOUNT, region="cn-north-1")
    assert setting("china-too").startswith('"arn:aws-cn:iam::')


def test_oracle_s_addresses_in_the_old_network_move_to_the_same_place_of_the_new_one(live: Path) -> None:
    settings = live / SOURCE.name / "env.hcl"
    old = networks.block(SOURCE)
    assert old is not None
    inside = IPv4Network((int(old.network_address) + 256, 25))
    text = re.sub(r"cidrs( *)= \[.*\]", rf'cidrs\1= ["{inside}", "192.168.9.0/24"]', settings.read_text())
    settings.write_text(text)
    make(live, account=ACCOUNT, cidr="172.20.4.0/22")
    assert '["172.20.5.0/25", "192.168.9.0/24"]' in (live / "staging" / "env.hcl").read_text()


def test_at_a_terminal_what_is_missing_is_asked_for_with_a_default(live: Path) -> None:
    asked = make(live)
    used = networks.blocks(live)
    assert re.fullmatch(rf"account= region={SOURCE.region} cidr=\S+", asked)
    assert not any(used["staging"].overlaps(block) for name, block in used.items() if name != "staging")


def test_without_a_terminal_a_missing_account_is_named(live: Path) -> None:
    options = Namespace(name="staging", source=SOURCE.name, account=None, region=None, cidr=None)
    with pytest.raises(UserError, match="--account is missing, and there is no terminal"):
        new_environment._run(options, new_environment._default, live)


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("Staging", {}, "'Staging' is not a name"),
        ("staging_two", {}, "is not a name"),
        (SOURCE.name, {}, "exists. Choose another name"),
        ("_components", {}, "is not a name"),
        ("staging", {"account": "1234"}, "give its twelve digits"),
        ("staging", {"region": "eu-west-99"}, "is not a region with Lambda. There are: af-south-1"),
        ("staging", {"cidr": "10.7.0.1/22"}, "--cidr: '10.7.0.1/22' is not an IPv4 block"),
        ("staging", {"cidr": "10.7.0.0/28"}, "is not from a /16 to a /26"),
        ("staging", {"cidr": str(networks.block(SOURCE))}, f"of {SOURCE.name}: the two could never be connected"),
        ("a-name-far-too-long-for-s3", {}, "is too long by"),
        ("staging", {"source": "nowhere"}, "There is no environment 'nowhere'"),
    ],
)
def test_what_would_fail_later_is_refused_and_nothing_is_made(
    live: Path, name: str, options: dict[str, str], said: str
) -> None:
    before = sorted(live.parent.rglob("*"))
    with pytest.raises(UserError, match=re.escape(said)):
        make(live, name, **{"account": ACCOUNT, **options})
    assert sorted(live.parent.rglob("*")) == before


def test_an_environment_that_adopts_a_vpc_has_no_addresses_to_choose(live: Path) -> None:
    unit = live / SOURCE.name / "network" / "terragrunt.hcl"
    unit.write_text(unit.read_text().replace("cidr ", "adopted "))
    with pytest.raises(UserError, match="adopts a VPC"):
        make(live, account=ACCOUNT, cidr="10.7.0.0/22")
    make(live, account=ACCOUNT)
    assert networks.block(environments.load("staging", live)) is None


def test_the_next_free_block_follows_all_that_are_used() -> None:
    used = {"a": IPv4Network("10.0.0.0/22"), "b": IPv4Network("10.1.0.0/24")}
    assert networks.free(used, 22) == IPv4Network("10.1.4.0/22")
    assert networks.free({"a": IPv4Network("10.0.0.0/8")}, 22) == IPv4Network("172.16.0.0/22")
    assert networks.free({}, 16) == IPv4Network("10.0.0.0/16")
    everything = {"a": IPv4Network("10.0.0.0/8"), "b": IPv4Network("172.16.0.0/12"), "c": IPv4Network("192.168.0.0/16")}
    with pytest.raises(UserError, match="No private block of a /22 is free"):
        networks.free(everything, 22)
