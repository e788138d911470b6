import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from scripts.local.aws.patches.registry import Patch, Replacements, all_patches, applied

PATCH_TESTS = Path(__file__).parent


def test_every_patch_is_compared_with_its_absence() -> None:
    tests = "".join(file.read_text() for file in PATCH_TESTS.glob("test_patches_of_*.py"))
    compared = set(re.findall(r"compare\(\s*(\w+\.\w+)", tests))

    assert {patch.name for patch in all_patches()} == compared


@pytest.mark.parametrize("patch", all_patches(), ids=lambda patch: patch.name)
def test_every_patch_says_which_defect_it_repairs(patch: Patch) -> None:
    assert patch.function.__doc__


def test_patches_are_found_once() -> None:
    names = [patch.name for patch in all_patches()]

    assert len(names) == len(set(names))


def test_replacements_are_put_back() -> None:
    moto = SimpleNamespace(region="old")
    urls = {"old": 1}

    def change(replacements: Replacements) -> None:
        replacements.replace(moto, "region", "new")
        replacements.add(moto, "account", "new")
        replacements.put_item(urls, "new", 2)

    with applied([Patch(change)]):
        assert (moto.region, moto.account, urls) == ("new", "new", {"old": 1, "new": 2})

    assert vars(moto) == {"region": "old"}
    assert urls == {"old": 1}


def test_replacing_what_moto_no_longer_has_fails() -> None:
    with pytest.raises(AttributeError):
        Replacements().replace(SimpleNamespace(), "gone", 1)


def test_adding_what_moto_has_by_now_fails() -> None:
    with pytest.raises(AttributeError, match="is the patch still needed"):
        Replacements().add(SimpleNamespace(here=1), "here", 2)
