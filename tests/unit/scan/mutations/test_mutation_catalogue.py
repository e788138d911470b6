from pathlib import Path

import pytest

from scripts.common.errors import UserError
from scripts.common.paths import MODULES, REPOSITORY
from scripts.scan.mutations import catalogue, seeding

ENTRY = """
- id: queue-forgets
  weakens: Messages are lost.
  file: modules/sqs/main.tf
  replace: |
    keep = true
  with: ""
  checks: [scan]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sqs.yaml").write_text(ENTRY)
    return tmp_path


def test_an_entry_is_read_as_it_is_written(folder: Path) -> None:
    (one,) = catalogue.load(folder)
    assert (one.id, one.module, one.replaced, one.replacement) == ("queue-forgets", "sqs", "keep = true", "")
    assert one.checks == [catalogue.SCAN]


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        ("[scan]", "[]", "checks"),
        ("[scan]", "[hope]", "checks.0"),
        ("[scan]", "[modules/sqs/main.tf]", "checks.0"),
        ("  weakens: Messages are lost.\n", "", "weakens"),
        ("weakens: Messages are lost.", "weakens: ''", "weakens"),
        ("    keep = true\n", "    \n", "replace"),
        ("  checks: [scan]\n", "  checks: [scan]\n  note: later\n", "note"),
    ],
)
def test_an_invalid_entry_is_refused_with_its_id_and_field(folder: Path, before: str, after: str, field: str) -> None:
    (folder / "sqs.yaml").write_text(ENTRY.replace(before, after))
    with pytest.raises(UserError, match=rf"'queue-forgets' is not valid: 1 validation error for Mutation\n{field}\n"):
        catalogue.load(folder)


def test_an_id_that_is_used_twice_is_refused(folder: Path) -> None:
    (folder / "again.yaml").write_text(ENTRY)
    with pytest.raises(UserError, match="the id queue-forgets is used twice"):
        catalogue.load(folder)


def test_a_catalogue_without_mutations_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no mutation"):
        catalogue.load(tmp_path)


def test_a_mutation_that_is_not_there_is_refused(folder: Path) -> None:
    with pytest.raises(UserError, match="no mutation queue-remembers"):
        catalogue.select(catalogue.load(folder), ["queue-remembers"])


@pytest.mark.parametrize("mutation", catalogue.load(), ids=lambda one: one.id)
def test_every_mutation_of_the_catalogue_fits_the_code_and_changes_it(mutation: catalogue.Mutation) -> None:
    before = (REPOSITORY / mutation.file).read_text(encoding="utf-8")
    assert seeding.seeded(mutation, REPOSITORY) != before


def test_the_catalogue_is_as_large_as_promised_and_weakens_every_module() -> None:
    mutations = catalogue.load()
    assert len(mutations) >= 45
    modules = {path.parent.name for path in MODULES.glob("*/main.tf")}
    assert {one.module for one in mutations if one.module} == modules


@pytest.mark.parametrize("check", sorted({check for one in catalogue.load() for check in one.checks} - {"scan"}))
def test_every_check_that_is_named_exists(check: str) -> None:
    path, _, name = check.partition("[")[0].partition("::")
    text = (REPOSITORY / path).read_text(encoding="utf-8")
    assert not name or f'run "{name}" {{' in text or f"def {name}(" in text
