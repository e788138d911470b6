"""What an account's owner demands or grants stands in env.hcl, and reaches every unit it concerns."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from scripts.common import environments
from scripts.common.paths import REPOSITORY
from tests.support.rendering import rendered
from tests.support.variants import variant

ENVIRONMENTS = environments.names()
ANY = ENVIRONMENTS[0]
ENV_HCL = f"live/{ANY}/env.hcl"
BOUNDARY = "arn:aws:iam::123456789012:policy/boundary"
PRODUCER = "arn:aws:iam::333333333333:role/erp-export"


def tags_of(unit: dict[str, Any]) -> dict[str, str]:
    found = re.search(r"tags = (\{.*\})", unit["generate"]["provider"]["contents"])
    assert found
    return dict(json.loads(found[1]))


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_resource_says_who_owns_it_and_who_pays(environment: str) -> None:
    tags = tags_of(rendered(environment, "kms"))
    assert {"owner", "cost_center", "project", "environment", "managed_by", "component"} <= set(tags)
    assert all(tags.values())


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_no_other_account_is_let_in_unless_it_is_named(environment: str) -> None:
    assert rendered(environment, "s3")["inputs"]["producers"] == []
    assert rendered(environment, "kms")["inputs"]["producers"] is None


@pytest.fixture(scope="module")
def demanding(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment in an account with a boundary; no other edit than those a user makes in env.hcl."""
    return variant(
        tmp_path_factory.mktemp("demanding"),
        {ENV_HCL: ("permissions_boundary_arn = null", f'permissions_boundary_arn = "{BOUNDARY}"')},
    )


@pytest.mark.parametrize("component", ["iam", "eventbridge", "ci_roles"])
def test_every_unit_with_a_role_takes_the_boundary(demanding: Path, component: str) -> None:
    assert rendered(ANY, component, demanding)["inputs"]["permissions_boundary_arn"] == BOUNDARY


def test_no_role_is_made_elsewhere() -> None:
    roles = re.compile(r'^resource "aws_iam_role" ', re.MULTILINE)
    modules = REPOSITORY / "modules"
    making = {path.parent.name for path in modules.glob("*/*.tf") if roles.search(path.read_text(encoding="utf-8"))}
    assert making == {"iam", "eventbridge", "ci_roles"}


def test_a_producer_named_in_env_reaches_bucket_and_key(tmp_path: Path) -> None:
    named = f'producers = [{{ principal_arns = ["{PRODUCER}"], prefix = "incoming/orders/" }}]'
    live = variant(tmp_path, {ENV_HCL: ("producers = []", named)})
    bucket = rendered(ANY, "s3", live)["inputs"]
    assert bucket["producers"] == [{"principal_arns": [PRODUCER], "prefix": "incoming/orders/"}]
    key = rendered(ANY, "kms", live)["inputs"]
    assert key["producers"] == {"principal_arns": [PRODUCER], "bucket_name": bucket["name"]}


def test_an_env_without_these_keys_demands_nothing(tmp_path: Path) -> None:
    text = (REPOSITORY / ENV_HCL).read_text(encoding="utf-8")
    start = text.index("  # Tags of every resource")
    live = variant(tmp_path, {ENV_HCL: (text[start:], "}\n")})
    assert rendered(ANY, "iam", live)["inputs"]["permissions_boundary_arn"] is None
    assert rendered(ANY, "s3", live)["inputs"]["producers"] == []
    assert "owner" not in tags_of(rendered(ANY, "kms", live))
