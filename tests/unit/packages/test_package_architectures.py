"""Packages are built for the processors that environments ask for."""

from pathlib import Path

import pytest

from scripts.common.errors import UserError
from scripts.packages import architectures
from scripts.packages.cli import main
from tests.unit.packages.made_up import Wheelhouse


def environment(checkout: Path, name: str, architecture: str) -> None:
    folder = checkout / "live" / name
    folder.mkdir(parents=True)
    lines = (f'environment = "{name}"', '# architecture = "mips"', f'architecture        = "{architecture}"')
    (folder / "env.hcl").write_text("locals {\n  " + "\n  ".join(lines) + "\n}\n")


def built_for(checkout: Path) -> set[str]:
    return {zipped.parent.name for zipped in (checkout / "dist" / "lambda").glob("*/batch_processor.zip")}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, {"x86_64"}),
        ({"dev": "arm64"}, {"arm64"}),
        ({"dev": "arm64", "prod": "x86_64", "staging": "arm64"}, {"arm64", "x86_64"}),
    ],
)
def test_a_package_is_built_for_each_architecture_that_is_asked_for(
    checkout: Path, wheelhouse: Wheelhouse, asked: dict[str, str], expected: set[str]
) -> None:
    del wheelhouse
    for name, architecture in asked.items():
        environment(checkout, name, architecture)
    assert main(["build"]) == 0
    assert built_for(checkout) == expected


def test_one_that_is_named_is_built_alone(checkout: Path) -> None:
    environment(checkout, "dev", "arm64")
    assert main(["build", "--architecture", "x86_64"]) == 0
    assert built_for(checkout) == {"x86_64"}


def test_the_only_one_asked_for_is_meant_where_none_is_named(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environment(checkout, "dev", "arm64")
    assert main(["build"]) == 0
    assert main(["verify", "batch_processor"]) == 0
    assert "batch_processor arm64: zip and manifest agree" in capsys.readouterr().out


def test_of_several_one_has_to_be_named(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    environment(checkout, "dev", "arm64")
    environment(checkout, "prod", "x86_64")
    assert main(["digest", "batch_processor"]) == 1
    assert "the environments use arm64 and x86_64: name one" in capsys.readouterr().err


def test_processor_that_lambda_does_not_offer_is_refused_with_its_file(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environment(checkout, "dev", "riscv64")
    assert main(["build"]) == 1
    said = capsys.readouterr().err
    assert str(checkout / "live" / "dev" / "env.hcl") in said
    assert "use arm64 or x86_64" in said
    with pytest.raises(UserError):
        architectures.by_environment(checkout / "live")
