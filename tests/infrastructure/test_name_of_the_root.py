"""Terragrunt refuses a root named terragrunt.hcl in strict mode where a unit searches for it; ours name it by path.

https://terragrunt.gruntwork.io/docs/migrate/migrating-from-root-terragrunt-hcl/
"""

from pathlib import Path

import pytest

from tests.support.platform import DEV
from tests.support.rendering import rendered
from tests.support.variants import variant

STRICT = {"TG_STRICT_CONTROL": "root-terragrunt-hcl"}


def test_the_root_s_name_is_accepted_where_terragrunt_is_strict_about_it() -> None:
    assert rendered(DEV.name, "kms", **STRICT)["remote_state"]


def test_a_unit_that_searched_for_the_root_would_be_refused(tmp_path: Path) -> None:
    unit = f"live/{DEV.name}/kms/terragrunt.hcl"
    live = variant(tmp_path, {unit: ('path = "../../../terragrunt.hcl"', "path = find_in_parent_folders()")})
    assert rendered(DEV.name, "kms", live)["remote_state"]
    with pytest.raises(RuntimeError, match="is an anti-pattern, and no longer supported"):
        rendered(DEV.name, "kms", live, **STRICT)
