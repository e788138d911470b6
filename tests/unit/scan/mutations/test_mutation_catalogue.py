from pathlib import Path

import pytest

from scripts.common import environments
from scripts.scan.mutations import catalogue, seeding
from scripts.scan.mutations.errors import CatalogueError

ENTRY = """
- id: queue-forgets
  weakens: Messages are lost.
  file: modules/sqs/main.tf
  replace: |
    keep = true
  with: ""
  caught_by: [scan]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sqs.yaml").write_text(ENTRY)
    return tmp_path


def test_an_entry_is_read_as_it_is_written(folder: Path) -> None:
    (one,) = catalogue.load(folder)
    assert (one.identifier, one.module, one.replaced, one.replacement) == ("queue-forgets", "sqs", "keep = true", "")
    assert one.caught_by == (catalogue.SCAN,)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("[scan]", "[]", "names no guard"),
        ("[scan]", "[hope]", "'hope', which is neither"),
        ("[scan]", "[modules/sqs/main.tf]", "'modules/sqs/main.tf', which is neither"),
        ("  weakens: Messages are lost.\n", "", "must have just the keys"),
        ("weakens: Messages are lost.", "weakens: ''", "has no text for weakens"),
        ("  caught_by: [scan]\n", "  caught_by: [scan]\n  note: later\n", "must have just the keys"),
    ],
)
def test_an_entry_out_of_form_is_refused_by_its_name(folder: Path, before: str, after: str, said: str) -> None:
    (folder / "sqs.yaml").write_text(ENTRY.replace(before, after))
    with pytest.raises(CatalogueError, match=said) as refused:
        catalogue.load(folder)
    assert "queue-forgets" in str(refused.value)


def test_two_mutations_of_one_name_are_refused(folder: Path) -> None:
    (folder / "again.yaml").write_text(ENTRY)
    with pytest.raises(CatalogueError, match="two mutations are called queue-forgets"):
        catalogue.load(folder)


def test_a_catalogue_without_mutations_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="holds no mutation"):
        catalogue.load(tmp_path)


def test_a_mutation_that_is_not_there_is_refused(folder: Path) -> None:
    with pytest.raises(CatalogueError, match="no mutation queue-remembers"):
        catalogue.select(catalogue.load(folder), ["queue-remembers"])


@pytest.mark.parametrize("mutation", catalogue.load(), ids=lambda one: one.identifier)
def test_every_mutation_of_the_catalogue_fits_the_code_and_changes_it(mutation: catalogue.Mutation) -> None:
    before = (environments.REPOSITORY / mutation.file).read_text(encoding="utf-8")
    assert seeding.seeded(mutation, environments.REPOSITORY) != before


def test_the_catalogue_is_as_large_as_promised_and_weakens_every_module() -> None:
    mutations = catalogue.load()
    assert len(mutations) >= 45
    modules = {path.parent.name for path in (environments.REPOSITORY / "modules").glob("*/main.tf")}
    assert {one.module for one in mutations if one.module} == modules


@pytest.mark.parametrize("guard", sorted({guard for one in catalogue.load() for guard in one.caught_by} - {"scan"}))
def test_every_guard_that_is_named_is_there(guard: str) -> None:
    path, _, name = guard.partition("[")[0].partition("::")
    text = (environments.REPOSITORY / path).read_text(encoding="utf-8")
    assert not name or f'run "{name}" {{' in text or f"def {name}(" in text
