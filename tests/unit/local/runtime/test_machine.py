import platform

import pytest

from scripts.common.errors import UserError
from scripts.local.demo import cli
from scripts.local.runtime import machine
from scripts.packages import architectures


@pytest.mark.parametrize(
    ("name", "architecture"),
    [("x86_64", "x86_64"), ("AMD64", "x86_64"), ("aarch64", "arm64"), ("arm64", "arm64"), ("riscv64", "riscv64")],
)
def test_processors_have_lambdas_names(name: str, architecture: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: name)
    assert machine.architecture() == architecture
    machine.check("function", architecture)


def test_package_for_another_processor_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    with pytest.raises(UserError, match="request-handler is packaged for arm64, and this machine is x86_64"):
        machine.check("request-handler", "arm64")


def test_demo_says_so_before_it_applies_anything(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    packages = tmp_path_factory.mktemp("packages")
    (packages / "arm64").mkdir()
    (packages / "arm64" / "batch_processor.json").touch()
    monkeypatch.setattr(cli, "PACKAGES", packages)
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(architectures, "of", lambda live, environment: "arm64")
    assert cli.main(["--folder", str(packages / "demo")]) == 1
    assert "is packaged for arm64" in capsys.readouterr().err
