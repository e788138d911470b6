from pathlib import Path

import pytest

from scripts.common.errors import UserError
from scripts.toolchain import providers
from scripts.toolchain.providers import pinned_version, write_cli_configuration


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(providers, "TOOLS", tmp_path / ".tools")
    monkeypatch.setattr(providers, "TERRAFORM_RC", tmp_path / ".tools" / "terraform.rc")
    monkeypatch.setattr(providers, "USUAL_FOLDERS", (str(tmp_path / "usual" / "*"),))
    monkeypatch.setattr(providers, "_platform", lambda: "linux_amd64")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("CSVBATCH_PROVIDER_MIRROR", raising=False)
    return tmp_path


def put_provider(mirror: Path) -> Path:
    folder = mirror / "registry.terraform.io/hashicorp/aws" / pinned_version() / "linux_amd64"
    folder.mkdir(parents=True)
    (folder / "terraform-provider-aws_v0").touch()
    return folder


def test_a_mirror_in_a_usual_place_is_linked_for_both_engines(checkout: Path) -> None:
    provider = put_provider(checkout / "usual" / "plugins")
    said = write_cli_configuration(checkout / "terraform", print)
    assert "found on this machine" in said
    links = sorted((checkout / ".tools" / "providers").glob("*/hashicorp/aws/*/*"))
    assert [link.resolve() for link in links] == [provider, provider]
    assert str(checkout / ".tools" / "providers") in (checkout / ".tools" / "terraform.rc").read_text()


def test_the_named_mirror_comes_first(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_provider(checkout / "usual" / "plugins")
    named = put_provider(checkout / "named")
    monkeypatch.setenv("CSVBATCH_PROVIDER_MIRROR", str(checkout / "named"))
    write_cli_configuration(checkout / "terraform", print)
    links = sorted((checkout / ".tools" / "providers").glob("*/hashicorp/aws/*/*"))
    assert {link.resolve() for link in links} == {named}


def test_a_named_mirror_without_the_provider_is_an_error_and_not_a_download(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CSVBATCH_PROVIDER_MIRROR", str(checkout / "empty"))
    with pytest.raises(UserError, match=r"without registry\.terraform\.io/hashicorp/aws/"):
        write_cli_configuration(checkout / "terraform", print)


def test_where_neither_mirror_nor_registry_can_be_had_the_error_names_the_way_out(checkout: Path) -> None:
    engine = checkout / "terraform"
    engine.write_text("#!/bin/sh\necho 'no such host' >&2\nexit 1\n")
    engine.chmod(0o755)
    with pytest.raises(UserError, match=r"(?s)no such host.*CSVBATCH_PROVIDER_MIRROR=/path make setup"):
        write_cli_configuration(engine, print)


def test_a_provider_downloaded_once_is_used_as_a_mirror(checkout: Path) -> None:
    engine = checkout / "terraform"
    target = f".terraform/providers/registry.terraform.io/hashicorp/aws/{pinned_version()}/linux_amd64"
    engine.write_text(f'#!/bin/sh\ncd "${{1#-chdir=}}" && mkdir -p {target} && echo once >> ran\n')
    engine.chmod(0o755)
    for _ in range(2):
        assert "downloaded once" in write_cli_configuration(engine, lambda _: None)
    (ran,) = (checkout / "cache").rglob("ran")
    assert ran.read_text() == "once\n"
