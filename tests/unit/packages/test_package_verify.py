import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.packages.cli import main

FOLDER = Path("dist/lambda/x86_64")
ZIP = FOLDER / "batch_processor.zip"
MANIFEST = FOLDER / "batch_processor.json"


@pytest.fixture
def refusal(capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    def refuse() -> str:
        assert main(["verify", "batch_processor"]) == 1
        return capsys.readouterr().err

    return refuse


def rewrite(**values: object) -> None:
    MANIFEST.write_text(json.dumps(json.loads(MANIFEST.read_bytes()) | values))


def test_a_package_as_built_agrees_with_its_manifest(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "batch_processor"]) == 0
    digest = json.loads(MANIFEST.read_bytes())["content_digest"]
    assert f"batch_processor x86_64: zip and manifest agree, content {digest}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "request_handler"),
        ("architecture", "arm64"),
        ("content_digest", "0" * 64),
        ("object_key", "lambda/batch_processor/other.zip"),
        ("zip_sha256", "0" * 64),
        ("code_sha256", "AAAA"),
        ("size_bytes", 1),
        ("unzipped_bytes", 1),
    ],
)
def test_a_manifest_that_says_otherwise_is_refused(
    built: Path, refusal: Callable[[], str], field: str, value: object
) -> None:
    rewrite(**{field: value})
    assert f"{field} should be" in refusal()


def test_a_zip_with_another_file_in_it_is_refused(built: Path, refusal: Callable[[], str]) -> None:
    with zipfile.ZipFile(ZIP, "a") as archive:
        archive.writestr("batch_processor/more.py", "")
    assert "content_digest should be" in refusal()


@pytest.mark.parametrize("content", [b"", b"PK\5\6", b"no zip at all"])
def test_what_is_no_zip_is_refused(built: Path, refusal: Callable[[], str], content: bytes) -> None:
    ZIP.write_bytes(content)
    assert "batch_processor.zip is damaged" in refusal()


def test_a_zip_with_a_changed_byte_is_refused(built: Path, refusal: Callable[[], str]) -> None:
    zipped = bytearray(ZIP.read_bytes())
    zipped[60] ^= 0xFF
    ZIP.write_bytes(zipped)
    assert "batch_processor.zip is damaged" in refusal()


def test_a_missing_zip_is_refused(built: Path, refusal: Callable[[], str]) -> None:
    ZIP.unlink()
    assert "batch_processor.zip: No such file or directory; build it again" in refusal()


def test_a_missing_manifest_is_refused_with_the_command_that_makes_it(built: Path, refusal: Callable[[], str]) -> None:
    MANIFEST.unlink()
    said = refusal()
    assert "batch_processor.json does not exist" in said
    assert "lambda-packages build batch_processor --architecture x86_64" in said


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"name": "batch_processor", "packages": []}', '{"packages": [1]}']
)
def test_a_manifest_of_another_kind_is_refused(built: Path, refusal: Callable[[], str], content: str) -> None:
    MANIFEST.write_text(content)
    assert "is not a manifest of this version" in refusal()


def test_the_digest_can_be_asked_for_alone(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["digest", "batch_processor"]) == 0
    assert capsys.readouterr().out == json.loads(MANIFEST.read_bytes())["content_digest"] + "\n"
