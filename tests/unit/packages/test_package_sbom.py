"""The bill of materials beside each zip."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts.packages.cli import main
from tests.support.cyclonedx import complaint
from tests.unit.packages.made_up import PYPROJECT, Wheelhouse, write_files

FOLDER = Path("dist/lambda/x86_64")
MANIFEST = FOLDER / "batch_processor.json"
SBOM = FOLDER / "batch_processor.cdx.json"
ZIP = FOLDER / "batch_processor.zip"


def build() -> None:
    assert main(["build"]) == 0


def bill() -> dict[str, Any]:
    told: dict[str, Any] = json.loads(SBOM.read_bytes())
    return told


def licences(wheelhouse: Wheelhouse, metadata: str) -> object:
    write_files(Path(), {"requirements/lambda.txt": wheelhouse.add("stated", {"stated.py": ""}, metadata=metadata)})
    build()
    [component] = bill()["components"]
    return component["licenses"]


def test_it_is_valid_cyclonedx(built: Path) -> None:
    assert complaint(SBOM) == ""


def test_what_is_not_cyclonedx_would_be_found_out(built: Path) -> None:
    SBOM.write_text(json.dumps(bill() | {"serialNumber": "1"}))
    assert "serialNumber" in complaint(SBOM) or "does not match" in complaint(SBOM)


def test_it_is_about_the_content_that_the_manifest_is_about(built: Path) -> None:
    subject = bill()["metadata"]["component"]
    manifest = json.loads(MANIFEST.read_bytes())
    assert subject == {
        "type": "application",
        "bom-ref": manifest["object_key"],
        "group": "made-up",
        "name": "batch_processor",
        "version": "1.2.3",
        "hashes": [{"alg": "SHA-256", "content": manifest["content_digest"]}],
    }


def test_every_package_of_the_manifest_is_a_component_with_purl_licence_and_hash(built: Path) -> None:
    manifest = json.loads(MANIFEST.read_bytes())
    assert bill()["components"] == [
        {
            "type": "library",
            "bom-ref": f"pkg:pypi/{package['name']}@1.0",
            "name": package["name"],
            "version": "1.0",
            "hashes": [{"alg": "SHA-256", "content": package["sha256"]}],
            "licenses": [{"license": {"id": "MIT"}}],
            "purl": f"pkg:pypi/{package['name']}@1.0",
        }
        for package in manifest["packages"]
    ]


def test_its_serial_number_is_a_uuid_made_from_the_content(built: Path) -> None:
    digest = json.loads(MANIFEST.read_bytes())["content_digest"]
    number = bill()["serialNumber"]
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", number)
    assert number.startswith(f"urn:uuid:{digest[:8]}-{digest[8:12]}-")


def test_who_asks_for_whom_is_in_the_list_of_dependencies(checkout: Path, wheelhouse: Wheelhouse) -> None:
    metadata = "License-Expression: MIT\nRequires-Dist: Below>=1\nRequires-Dist: absent; extra == 'more'\n"
    lines = [
        wheelhouse.add("above", {"above.py": ""}, metadata=metadata),
        wheelhouse.add("below", {"below.py": ""}),
    ]
    asks_above = PYPROJECT.replace('"other"', '"above"')
    write_files(checkout, {"requirements/lambda.txt": "".join(lines), "pyproject.toml": asks_above})
    build()
    assert bill()["dependencies"] == [
        {"ref": json.loads(MANIFEST.read_bytes())["object_key"], "dependsOn": ["pkg:pypi/above@1.0"]},
        {"ref": "pkg:pypi/above@1.0", "dependsOn": ["pkg:pypi/below@1.0"]},
        {"ref": "pkg:pypi/below@1.0", "dependsOn": []},
    ]


@pytest.mark.parametrize(
    ("metadata", "stated"),
    [
        ("License: Apache License 2.0\n", [{"license": {"id": "Apache-2.0"}}]),
        ("License-Expression: Apache-2.0 OR BSD-3-Clause\n", [{"expression": "Apache-2.0 OR BSD-3-Clause"}]),
        (
            "Classifier: License :: OSI Approved :: BSD License\n"
            "Classifier: License :: OSI Approved :: Apache Software License\n",
            [{"license": {"name": "BSD License"}}, {"license": {"id": "Apache-2.0"}}],
        ),
        ("License: Our own terms\n", [{"license": {"name": "Our own terms"}}]),
    ],
    ids=["spelt out", "expression", "classifiers", "unknown"],
)
def test_a_licence_is_stated_by_its_identifier_where_there_is_one(
    checkout: Path, wheelhouse: Wheelhouse, metadata: str, stated: object
) -> None:
    assert licences(wheelhouse, metadata) == stated
    assert complaint(SBOM) == ""


def test_another_version_of_the_project_changes_the_bill_and_not_the_package(built: Path) -> None:
    before = json.loads(MANIFEST.read_bytes())["content_digest"]
    Path("pyproject.toml").write_text(PYPROJECT.replace("1.2.3", "1.2.4"))
    build()
    assert bill()["metadata"]["component"]["version"] == "1.2.4"
    assert json.loads(MANIFEST.read_bytes())["content_digest"] == before


@pytest.mark.parametrize("harm", [SBOM.unlink, lambda: SBOM.write_text("{}")], ids=["gone", "other"])
def test_a_bill_that_was_harmed_is_made_again(built: Path, harm: Callable[[], object]) -> None:
    before = SBOM.read_bytes()
    harm()
    build()
    assert SBOM.read_bytes() == before


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (SBOM.unlink, "batch_processor.cdx.json: No such file or directory; build it again"),
        (lambda: SBOM.write_text("{}"), "sbom_sha256 should be"),
        (
            lambda: SBOM.write_bytes((FOLDER / "request_handler.cdx.json").read_bytes()),
            "sbom_sha256 should be",
        ),
    ],
    ids=["gone", "other", "another function's"],
)
def test_a_package_without_its_own_bill_does_not_verify(
    built: Path, harm: Callable[[], object], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    harm()
    assert main(["verify", "batch_processor"]) == 1
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "pyproject.toml: No such file or directory; it names the project"),
        ("[project\n", "pyproject.toml: Expected ']'"),
        ('[project]\nname = "a"\nversion = "1"\n', "pyproject.toml: dependencies is missing"),
        (PYPROJECT.replace('"other"', '"=="'), "pyproject.toml requires '==', which cannot be read"),
    ],
    ids=["gone", "damaged", "incomplete", "unreadable"],
)
def test_a_project_that_does_not_say_what_it_asks_for_is_refused(
    checkout: Path, content: str | None, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("pyproject.toml").unlink() if content is None else Path("pyproject.toml").write_text(content)
    assert main(["build"]) == 1
    assert said in capsys.readouterr().err
