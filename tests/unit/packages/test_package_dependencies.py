"""What a wheel can get wrong, told before anything is packaged."""

import hashlib
import io
import json
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.packages.cli import main
from tests.unit.packages.made_up import Wheelhouse, write_files

ARGUMENTS = ["build", "batch_processor"]
MANIFEST = Path("dist/lambda/x86_64/batch_processor.json")
CACHE = Path("lambda-packages/dependencies")


@pytest.fixture
def pin(checkout: Path) -> Callable[..., None]:
    return lambda *lines: write_files(checkout, {"requirements/lambda.txt": "".join(lines)})


@pytest.fixture
def refusal(capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    def refuse() -> str:
        assert main(ARGUMENTS) == 1
        assert not MANIFEST.exists()
        return capsys.readouterr().err

    return refuse


def licence_of(pin: Callable[..., None], line: str) -> str:
    pin(line)
    assert main(ARGUMENTS) == 0
    return str(json.loads(MANIFEST.read_bytes())["packages"][0]["licence"])


def test_a_wheel_that_is_not_the_locked_one_is_refused(
    pin: Callable[..., None], wheelhouse: Wheelhouse, refusal: Callable[[], str]
) -> None:
    wheelhouse.add("native", {"native.py": ""})
    pin(f"native==1.0 --hash=sha256:{'0' * 64}\n")
    said = refusal()
    assert "the file is not the one that was locked" in said
    assert "native==1.0" in said


def test_a_lock_without_hashes_is_refused(pin: Callable[..., None], refusal: Callable[[], str]) -> None:
    pin("plain==1.0\n")
    assert "make the lock with hashes (make lock)" in refusal()


@pytest.mark.parametrize(
    "tag", ["cp313-cp313-win_amd64", "cp313-cp313-manylinux_2_35_x86_64", "cp312-cp312-manylinux_2_28_x86_64"]
)
def test_a_wheel_that_lambda_could_not_load_is_refused(
    pin: Callable[..., None], wheelhouse: Wheelhouse, refusal: Callable[[], str], tag: str
) -> None:
    pin(wheelhouse.add("native", {"native.py": ""}, tag=tag))
    said = refusal()
    assert "cannot be installed for x86_64: packages are not built here" in said
    assert "native==1.0" in said


def test_a_package_that_would_have_to_be_built_is_refused(
    pin: Callable[..., None], wheelhouse: Wheelhouse, refusal: Callable[[], str]
) -> None:
    builds = "[build-system]\nrequires = []\nbuild-backend = 'b'\n[project]\nname = 'source'\nversion = '1.0'\n"
    archive = wheelhouse.folder / "source-1.0.tar.gz"
    with tarfile.open(archive, "w:gz") as source:
        member = tarfile.TarInfo("source-1.0/pyproject.toml")
        member.size = len(builds)
        source.addfile(member, io.BytesIO(builds.encode()))
    pin(f"source==1.0 --hash=sha256:{hashlib.sha256(archive.read_bytes()).hexdigest()}\n")
    assert "cannot be installed for x86_64: packages are not built here" in refusal()


def test_a_package_that_nobody_offers_is_refused(pin: Callable[..., None], refusal: Callable[[], str]) -> None:
    pin(f"nowhere==1.0 --hash=sha256:{'0' * 64}\n")
    said = refusal()
    assert "can the package index be reached?" in said
    assert "nowhere" in said


def test_a_damaged_lock_is_refused(pin: Callable[..., None], refusal: Callable[[], str]) -> None:
    pin("plain=1.0 !!\n")
    assert "the lock is damaged" in refusal()


def test_without_uv_it_says_where_uv_belongs(
    cold: Path, refusal: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "uv", None)
    assert "uv is not installed beside" in refusal()


@pytest.mark.parametrize(
    ("metadata", "licence"),
    [
        ("License-Expression: Apache-2.0 OR MIT\nLicense: other\n", "Apache-2.0 OR MIT"),
        ("License: BSD-3-Clause\n", "BSD-3-Clause"),
        ("License: Dual License\nClassifier: License :: OSI Approved :: BSD License\n", "BSD License"),
        (
            "License: UNKNOWN\nClassifier: License :: OSI Approved\n"
            "Classifier: License :: OSI Approved :: MIT License\n"
            "Classifier: License :: OSI Approved :: zlib/libpng License\n",
            "MIT License; zlib/libpng License",
        ),
        ("License: A whole text\n  over lines\nClassifier: License :: Public Domain\n", "Public Domain"),
    ],
)
def test_the_licence_is_the_clearest_that_the_metadata_state(
    pin: Callable[..., None], wheelhouse: Wheelhouse, metadata: str, licence: str
) -> None:
    assert licence_of(pin, wheelhouse.add("stated", {"stated.py": ""}, metadata=metadata)) == licence


def test_a_package_that_states_no_licence_is_refused(
    pin: Callable[..., None], wheelhouse: Wheelhouse, refusal: Callable[[], str]
) -> None:
    pin(wheelhouse.add("silent", {"silent.py": ""}, metadata="License: UNKNOWN\n"))
    assert "silent 1.0 states no licence in its metadata" in refusal()


def test_a_name_is_written_as_the_index_writes_it(pin: Callable[..., None], wheelhouse: Wheelhouse) -> None:
    pin(wheelhouse.add("Some_Name", {"some.py": ""}))
    assert main(ARGUMENTS) == 0
    assert json.loads(MANIFEST.read_bytes())["packages"][0]["name"] == "some-name"


def test_content_that_the_wheels_record_does_not_vouch_for_is_refused(
    pin: Callable[..., None], wheelhouse: Wheelhouse, refusal: Callable[[], str]
) -> None:
    pin(wheelhouse.add("tampered", {"tampered.py": "a = 1\n"}, tampered={"tampered.py": "a = 2\n"}))
    assert "tampered.py is not what the wheel of tampered 1.0 records" in refusal()


def test_a_file_that_no_record_knows_is_refused(
    pin: Callable[..., None], wheelhouse: Wheelhouse, refusal: Callable[[], str]
) -> None:
    pin(wheelhouse.add("smuggler", {"smuggler.py": ""}, tampered={"extra.py": ""}))
    assert "extra.py is not what the wheel of smuggler 1.0 records" in refusal()


def test_two_packages_with_the_same_file_are_refused(
    pin: Callable[..., None], wheelhouse: Wheelhouse, refusal: Callable[[], str]
) -> None:
    pin(wheelhouse.add("first", {"same.py": ""}), wheelhouse.add("second", {"same.py": ""}))
    assert "first and second bring the same file same.py" in refusal()


def test_a_file_that_only_looks_like_a_module_goes_in_uncompiled(
    pin: Callable[..., None], wheelhouse: Wheelhouse
) -> None:
    pin(wheelhouse.add("template", {"template.py": "class {{ name }}:\n", "nul.py": b"\0"}))
    assert main(ARGUMENTS) == 0


def test_a_refused_lock_leaves_nothing_in_the_cache(
    cold: Path, pin: Callable[..., None], refusal: Callable[[], str]
) -> None:
    pin(f"nowhere==1.0 --hash=sha256:{'0' * 64}\n")
    refusal()
    assert list((cold.parent / "cache" / "csvbatch" / CACHE).iterdir()) == []


def test_a_damaged_cache_is_noticed_before_it_is_packaged(
    checkout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(ARGUMENTS) == 0
    [kept] = (tmp_path / "cache" / "csvbatch" / CACHE).glob("*/dependencies.zip")
    kept.write_bytes(kept.read_bytes().replace(b"PK\3\4", b"PK\3\5", 1))
    MANIFEST.unlink()
    assert main(ARGUMENTS) == 1
    assert "dependencies.zip was damaged after it was made: remove" in capsys.readouterr().err
