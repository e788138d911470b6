import json
import zipfile
from pathlib import Path

import pytest

from scripts.common.errors import UserError
from scripts.local.runtime import packages


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A folder of packages with one function, `loader`, in it."""
    folder = tmp_path / "lambda" / "x86_64"
    folder.mkdir(parents=True)
    with zipfile.ZipFile(folder / "loader.zip", "w") as archive:
        archive.writestr("loader/handler.py", "def handler(event, context): ...\n")
    manifest = {"zip": "loader.zip", "code_sha256": packages.digest(folder / "loader.zip")}
    (folder / "loader.json").write_text(json.dumps(manifest))
    return folder


def test_a_package_is_found_by_the_digest_it_was_deployed_with(built: Path) -> None:
    digest = packages.digest(built / "loader.zip")
    assert packages.find("loader", digest, built.parent).zip == built / "loader.zip"


def test_a_bill_of_materials_is_not_taken_for_a_manifest(built: Path) -> None:
    (built / "loader.cdx.json").write_text('{"bomFormat": "CycloneDX"}')
    digest = packages.digest(built / "loader.zip")
    assert packages.find("loader", digest, built.parent).zip == built / "loader.zip"


def test_what_was_never_built_here_is_refused_and_what_is_here_named(built: Path) -> None:
    with pytest.raises(UserError, match=r"no package in .* has it") as refused:
        packages.find("loader", "AAAA", built.parent)
    assert packages.digest(built / "loader.zip") in str(refused.value)


def test_a_zip_that_is_not_what_its_manifest_says_is_refused(built: Path) -> None:
    digest = packages.digest(built / "loader.zip")
    with zipfile.ZipFile(built / "loader.zip", "a") as archive:
        archive.writestr("added_later.py", "")
    with pytest.raises(UserError, match="its manifest says"):
        packages.find("loader", digest, built.parent)


def test_a_zip_that_is_missing_is_named(built: Path) -> None:
    digest = packages.digest(built / "loader.zip")
    (built / "loader.zip").unlink()
    with pytest.raises(UserError, match=r"loader\.zip, which is not beside it"):
        packages.find("loader", digest, built.parent)


def test_a_package_is_unpacked_once(built: Path, tmp_path: Path) -> None:
    package = packages.find("loader", packages.digest(built / "loader.zip"), built.parent)
    folder = packages.unpack(package, tmp_path / "code")
    written = (folder / "loader" / "handler.py").stat().st_mtime_ns
    assert packages.unpack(package, tmp_path / "code") == folder
    assert (folder / "loader" / "handler.py").stat().st_mtime_ns == written


def test_a_zip_that_cannot_be_unpacked_leaves_nothing_behind(tmp_path: Path) -> None:
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK, but no zip")
    with pytest.raises(zipfile.BadZipFile):
        packages.unpack(packages.Package(broken, packages.digest(broken)), tmp_path / "code")
    assert list((tmp_path / "code").iterdir()) == []
