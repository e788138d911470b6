"""Who may read a folder of plans, and that a plan on disk is the one that was made."""

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from scripts.common.errors import UserError
from scripts.common.paths import LOCAL, REPOSITORY
from scripts.units import progress
from scripts.units.folder import MANIFEST, PLAN, Folder
from scripts.units.manifest import Manifest, UnitPlan, parse
from scripts.units.progress import Step
from scripts.units.repository import Repository
from tests.unit.units.made_up import manifest, unit_plan


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path / "plans")
    made.prepare(Repository(REPOSITORY))
    return made


def planned(folder: Folder, *names: str) -> Manifest:
    """A folder as `units plan` leaves it."""
    units: list[UnitPlan] = []
    for name in names:
        folder.unit(name).mkdir(parents=True)
        (folder.unit(name) / PLAN).write_bytes(b"a plan of " + name.encode())
        units.append(replace(unit_plan(name), digests=folder.digests(name)))
    folder.close()
    made = manifest(*units)
    folder.write(MANIFEST, made.as_json())
    return made


def test_only_the_owner_can_read_it(folder: Folder) -> None:
    planned(folder, "sqs")
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in [folder.path, *folder.path.rglob("*")]}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}


def test_a_folder_that_git_would_commit_is_refused() -> None:
    with pytest.raises(UserError, match="Plans may hold secrets"):
        Folder(REPOSITORY / "plans").prepare(Repository(REPOSITORY))
    assert not (REPOSITORY / "plans").exists()
    assert Repository(REPOSITORY).is_ignored(LOCAL / "plans")


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(UserError, match=r"thesis\.txt"):
        Folder(tmp_path).prepare(Repository(REPOSITORY))
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_an_earlier_plan_leaves_nothing_behind(folder: Folder) -> None:
    planned(folder, "sqs")
    folder.prepare(Repository(REPOSITORY))
    assert list(folder.path.iterdir()) == []


def test_what_was_written_is_read(folder: Folder) -> None:
    made = planned(folder, "sqs", "iam")
    assert folder.manifest() == made


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda unit: (unit / PLAN).write_bytes(b"another"), "was changed"),
        (lambda unit: (unit / PLAN).unlink(), "is missing"),
        (lambda unit: (unit / "tfplan.json").write_bytes(b"{}"), "was added"),
    ],
)
def test_a_plan_that_was_changed_on_disk_is_refused(folder: Folder, damage: object, said: str) -> None:
    made = planned(folder, "kms", "sqs")
    folder.check(made.units)
    damage(folder.unit("sqs"))  # type: ignore[operator]
    with pytest.raises(UserError, match=rf"sqs/tfplan\S* {said} after the plan was made.*Nothing was applied"):
        folder.check(made.units)


def test_a_folder_without_plans_says_how_to_make_them(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"holds no plan.*units plan --out"):
        Folder(tmp_path).manifest()


@pytest.mark.parametrize("content", [b"", b"{}", b'{"environment": 1}'])
def test_a_damaged_manifest_is_refused(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is not a manifest of plans"):
        parse(content, tmp_path / MANIFEST)


def test_a_manifest_of_another_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="another version"):
        parse(manifest(version=99).as_json(), tmp_path / MANIFEST)


def test_progress_is_kept_and_belongs_to_these_plans(folder: Folder) -> None:
    planned(folder, "kms", "sqs")
    done = progress.load(folder)
    done.note("kms", Step.APPLIED)
    done.note("sqs", Step.STARTED)
    again = progress.load(folder)
    assert again.is_done("kms")
    assert not again.is_done("sqs")
    assert again.was_started("sqs")
    folder.write(MANIFEST, manifest().as_json())
    with pytest.raises(UserError, match="other plans"):
        progress.load(folder)


def test_damaged_progress_is_never_taken_for_none(folder: Folder) -> None:
    planned(folder, "kms")
    folder.write(progress.FILE, b'{"manifest": 1')
    with pytest.raises(UserError, match="not known what was applied"):
        progress.load(folder)
