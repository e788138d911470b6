"""Each reproduction of docs/moto-defects.md still shows its defect on moto without patches."""

import re
from importlib.metadata import version

import pytest

from scripts.common.paths import REPOSITORY
from scripts.local.aws.patches.registry import all_patches

DOCUMENT = (REPOSITORY / "docs" / "moto-defects.md").read_text(encoding="utf-8")
ENTRIES = {
    name: re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    for name, text in re.findall(r"^### `([\w.]+)`(.*?)(?=^#|\Z)", DOCUMENT, re.DOTALL | re.MULTILINE)
}
REPRODUCTIONS = {name: blocks[0] for name, blocks in ENTRIES.items() if blocks}


def test_every_patch_has_an_entry() -> None:
    assert {patch.name for patch in all_patches()} == ENTRIES.keys()


def test_only_choices_of_moto_have_no_reproduction() -> None:
    choices = DOCUMENT.partition("## Choices of moto")[2]

    assert {name for name in ENTRIES if name not in REPRODUCTIONS} == set(re.findall(r"^### `([\w.]+)`", choices, re.M))


def test_the_document_is_about_the_installed_version() -> None:
    assert f"[moto](https://github.com/getmoto/moto) {version('moto')} " in DOCUMENT


@pytest.mark.parametrize("name", REPRODUCTIONS)
def test_the_defect_still_shows_without_patches(name: str) -> None:
    exec(compile(REPRODUCTIONS[name], f"docs/moto-defects.md: {name}", "exec"), {"__name__": name})
