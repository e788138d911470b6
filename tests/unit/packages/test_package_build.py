import base64
import hashlib
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts.packages.cli import main
from tests.unit.packages.made_up import StartPython, Wheelhouse, make_checkout, write_files

FOLDER = Path("dist/lambda/x86_64")
ZIP = FOLDER / "batch_processor.zip"
MANIFEST = FOLDER / "batch_processor.json"
HANDLER = Path("lambdas/batch_processor/handler.py")


def build(*arguments: str) -> None:
    assert main(["build", *arguments]) == 0


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["build", *arguments]) == 1
    return capsys.readouterr().err


def manifest() -> dict[str, Any]:
    told: dict[str, Any] = json.loads(MANIFEST.read_bytes())
    return told


def names(path: Path = ZIP) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


def files_there() -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in FOLDER.iterdir()}


def test_dependencies_come_first_and_then_the_sources_each_with_its_bytecode(checkout: Path) -> None:
    build()
    assert names() == [
        "__pycache__/other.cpython-313.pyc",
        "other-1.0.dist-info/METADATA",
        "other-1.0.dist-info/WHEEL",
        "other.py",
        "plain-1.0.dist-info/METADATA",
        "plain-1.0.dist-info/WHEEL",
        "plain/__init__.py",
        "plain/__pycache__/__init__.cpython-313.pyc",
        "plain/data.bin",
        "batch_processor/__init__.py",
        "batch_processor/__pycache__/__init__.cpython-313.pyc",
        "batch_processor/__pycache__/handler.cpython-313.pyc",
        "batch_processor/handler.py",
        "contracts/airports.yaml",
        "csvbatch/__init__.py",
        "csvbatch/__pycache__/__init__.cpython-313.pyc",
        "csvbatch/contract/__pycache__/yaml_file.cpython-313.pyc",
        "csvbatch/contract/yaml_file.py",
        "csvbatch/store/ddl.sql",
    ]


def test_every_function_is_packaged_unless_some_are_named(checkout: Path) -> None:
    build("request_handler")
    assert {path.name for path in FOLDER.iterdir()} == {
        ".request_handler.stamp",
        "request_handler.cdx.json",
        "request_handler.json",
        "request_handler.zip",
    }
    build()
    assert MANIFEST.exists()


def test_the_manifest_tells_the_truth(checkout: Path) -> None:
    build()
    zipped = ZIP.read_bytes()
    with zipfile.ZipFile(ZIP) as archive:
        unzipped_bytes = sum(info.file_size for info in archive.infolist())
    told = manifest()
    packages = told.pop("packages")
    assert told == {
        "name": "batch_processor",
        "architecture": "x86_64",
        "runtime": "python3.13",
        "content_digest": told["content_digest"],
        "object_key": f"lambda/batch_processor/{told['content_digest']}.zip",
        "zip": "batch_processor.zip",
        "zip_sha256": hashlib.sha256(zipped).hexdigest(),
        "sbom_sha256": hashlib.sha256((FOLDER / "batch_processor.cdx.json").read_bytes()).hexdigest(),
        "code_sha256": base64.b64encode(hashlib.sha256(zipped).digest()).decode(),
        "size_bytes": len(zipped),
        "unzipped_bytes": unzipped_bytes,
    }
    assert [(one["name"], one["version"], one["licence"]) for one in packages] == [
        ("other", "1.0", "MIT"),
        ("plain", "1.0", "MIT"),
    ]


def test_a_packages_digest_is_that_of_its_own_files_as_packaged(checkout: Path) -> None:
    build()
    with zipfile.ZipFile(ZIP) as archive:
        lines = [
            f"100644 {hashlib.sha256(archive.read(name)).hexdigest()} {name}\n"
            for name in sorted(archive.namelist())
            if name.startswith("plain")
        ]
    text = "lambda-package 1\n" + "".join(lines)
    assert manifest()["packages"][1]["sha256"] == hashlib.sha256(text.encode()).hexdigest()


def test_another_place_umask_time_language_and_file_order_give_the_same_bytes(
    tmp_path: Path, lock: str, start_build: StartPython
) -> None:
    first, second = make_checkout(tmp_path / "first", lock), make_checkout(tmp_path / "a" / "second", lock)
    for path in (second / "lambdas").rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
        os.utime(path, (1_000_000_000, 1_000_000_000))
    here = {"XDG_CACHE_HOME": str(tmp_path / "cache one"), "TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "1"}
    there = {
        "XDG_CACHE_HOME": str(tmp_path / "cache two"),
        "TZ": "Asia/Tokyo",
        "LC_ALL": "C.UTF-8",
        "PYTHONHASHSEED": "2",
    }
    for checkout, environment, umask in ((first, here, 0o022), (second, there, 0o077)):
        process = start_build(cwd=checkout, environment=environment, umask=umask)
        _, complaints = process.communicate(timeout=60)
        assert process.returncode == 0, complaints
    for name in ("batch_processor", "request_handler"):
        for suffix in ("cdx.json", "json", "zip"):
            file = FOLDER / f"{name}.{suffix}"
            assert (first / file).read_bytes() == (second / file).read_bytes()


@pytest.mark.parametrize(
    "change",
    [
        lambda: HANDLER.write_text("def handler(event, context):\n    return None\n"),
        lambda: HANDLER.chmod(0o755),
        lambda: Path("lambdas/csvbatch/store/ddl.sql").rename("lambdas/csvbatch/store/dml.sql"),
        lambda: Path("lambdas/contracts/airports.yaml").write_text("dataset: ports\n"),
    ],
    ids=["content", "mode", "path", "contract"],
)
def test_any_change_of_a_source_changes_the_digest(checkout: Path, change: Callable[[], object]) -> None:
    build()
    before = manifest()["content_digest"]
    change()
    build()
    assert manifest()["content_digest"] != before


def test_a_change_of_one_function_leaves_the_others_package_alone(checkout: Path) -> None:
    build()
    before = files_there()["request_handler.zip"]
    HANDLER.write_text("def handler(event, context):\n    return None\n")
    build()
    assert files_there()["request_handler.zip"] == before


def test_unchanged_sources_write_nothing(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    build()
    before = files_there()
    for path in Path("lambdas").rglob("*.py"):
        os.utime(path)
    build()
    assert files_there() == before
    assert "batch_processor x86_64 unchanged" in capsys.readouterr().out


@pytest.mark.parametrize(
    "harm", [lambda: ZIP.write_bytes(b"PK"), ZIP.unlink, MANIFEST.unlink, lambda: MANIFEST.write_text("{}")]
)
def test_a_package_that_was_harmed_is_made_again(checkout: Path, harm: Callable[[], object]) -> None:
    build()
    before = ZIP.read_bytes(), MANIFEST.read_bytes()
    harm()
    build()
    assert (ZIP.read_bytes(), MANIFEST.read_bytes()) == before


def test_dependencies_are_installed_once_for_a_lock_and_an_architecture(checkout: Path, wheelhouse: Wheelhouse) -> None:
    build()
    for wheel in wheelhouse.folder.iterdir():
        wheel.unlink()
    HANDLER.write_text("def handler(event, context):\n    return None\n")
    build()
    assert manifest()["packages"][0]["name"] == "other"


def test_another_lock_gives_other_dependencies(checkout: Path, wheelhouse: Wheelhouse, lock: str) -> None:
    build()
    more = wheelhouse.add("more", {"more.py": ""})
    write_files(checkout, {"requirements/lambda.txt": lock + more})
    build()
    assert [package["name"] for package in manifest()["packages"]] == ["more", "other", "plain"]


def test_each_architecture_gets_its_own_wheels(checkout: Path, wheelhouse: Wheelhouse) -> None:
    lines = [
        wheelhouse.add("native", {f"native/core.{machine}.so": machine}, tag=f"cp313-cp313-manylinux_2_34_{machine}")
        for machine in ("x86_64", "aarch64")
    ]
    hashes = " ".join(line.split()[1] for line in lines)
    write_files(checkout, {"requirements/lambda.txt": f"native==1.0 {hashes}\n"})
    for architecture, machine in (("x86_64", "x86_64"), ("arm64", "aarch64")):
        build("--architecture", architecture)
        assert f"native/core.{machine}.so" in names(Path("dist/lambda") / architecture / "batch_processor.zip")


def test_packages_go_where_they_are_told_to(checkout: Path, tmp_path: Path) -> None:
    build("--output", str(tmp_path / "elsewhere"))
    assert (tmp_path / "elsewhere" / "x86_64" / "batch_processor.zip").exists()
    assert not Path("dist").exists()


def test_a_syntax_error_stops_the_build_where_it_stands(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    HANDLER.write_text("def handler(event, context):\n    return (\n")
    said = refusal(capsys)
    assert 'File "lambdas/batch_processor/handler.py", line 2' in said
    assert "'(' was never closed" in said
    assert not FOLDER.exists()


def test_nothing_is_written_if_one_package_cannot_be(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("lambdas/request_handler/handler.py").write_text("import\n")
    refusal(capsys)
    assert not FOLDER.exists()


def test_a_source_that_hides_a_dependency_is_refused(
    checkout: Path, wheelhouse: Wheelhouse, lock: str, capsys: pytest.CaptureFixture[str]
) -> None:
    clash = wheelhouse.add("clash", {"csvbatch/__init__.py": ""})
    write_files(checkout, {"requirements/lambda.txt": lock + clash})
    assert "lambdas/csvbatch/__init__.py: a dependency has a file of this name" in refusal(capsys)


def test_a_package_over_the_budget_names_what_is_large(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = refusal(capsys, "--budget-mb", "0")
    assert "the budget is 0.0 MB: drop what is not needed, or raise --budget-mb. Largest: plain" in said


def test_an_unknown_function_is_refused_with_those_there_are(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refusal(capsys, "batch_procesor")
    assert "batch_procesor/handler.py does not exist; functions: batch_processor, request_handler" in said


def test_a_folder_that_cannot_be_written_is_named(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("dist").write_text("a file where the folder should be")
    said = refusal(capsys)
    assert "dist/lambda/x86_64: Not a directory; free some space, or choose another --output" in said


def test_a_missing_lock_is_refused_with_the_way_to_get_one(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("requirements/lambda.txt").unlink()
    said = refusal(capsys)
    assert "requirements/lambda.txt: No such file or directory" in said
    assert "make lock" in said


def test_a_lock_that_pins_nothing_is_refused(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("requirements/lambda.txt").write_text("# nothing\n\n")
    assert "requirements/lambda.txt: it pins nothing" in refusal(capsys)
