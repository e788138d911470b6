"""The demo as its users start it, from nothing: applied, loaded through the deployed zips, checked."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.common.errors import UserError
from scripts.common.paths import REPOSITORY
from scripts.local import start
from scripts.local.aws import launcher
from scripts.local.aws.state import Identity, StateDirectory, wait_until
from scripts.local.demo import cli
from tests.support.platform import DEV, TOOLCHAIN
from tests.support.proxies import dead_proxies

LIMIT_SECONDS = 1800
START_LIMIT_SECONDS = 120
END_LIMIT_SECONDS = 180


def command(folder: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "scripts.local.demo", "--folder", str(folder), "--rows", "20000", *arguments]


def variables(cache: Path) -> dict[str, str]:
    return {
        "PATH": os.defpath,
        "PYTHONPATH": str(REPOSITORY),
        "TF_CLI_CONFIG_FILE": TOOLCHAIN["cli_configuration"],
        "TG_DOWNLOAD_DIR": str(cache),
    }


def demo(folder: Path, cache: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run it where the environment names a proxy that leads nowhere: all it talks to is on this machine."""
    with dead_proxies() as proxies:
        return subprocess.run(
            command(folder, *arguments),
            cwd=REPOSITORY,
            env={**variables(cache), **proxies},
            capture_output=True,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )


@pytest.mark.slow
def test_every_count_adds_up_and_a_second_demo_without_iam_starts_over(tmp_path: Path) -> None:
    picture = tmp_path / "demo.svg"
    runs = ((("--picture", str(picture)), "IAM is enforced"), (("--no-enforce-iam",), "IAM is not enforced"))
    for arguments, iam in runs:
        done = demo(tmp_path / "demo", tmp_path / "cache", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        digests = re.findall(r"CodeSha256 deployed (\S+), zip executed (\S+)", done.stdout)
        assert len(digests) == 2
        assert all(deployed == executed for deployed, executed in digests)
        assert iam in done.stdout
        checked = bool(re.search(r"IAM checked [1-9][\d,]+ actions and denied 0$", done.stdout, re.M))
        assert checked == (iam == "IAM is enforced")
        assert "All counts add up: 5 files" in done.stdout.splitlines()[-1]
    assert "svg" in picture.read_text()


def test_second_demo_in_a_folder_is_refused_and_a_terminated_one_leaves_no_server(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "demo"
    state = StateDirectory(folder / "aws", DEV.name)
    with subprocess.Popen(
        command(folder),
        cwd=REPOSITORY,
        env=variables(tmp_path / "cache"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as first:
        try:
            assert wait_until(lambda: state.running() is not None or first.poll() is not None, START_LIMIT_SECONDS)
            (folder / "store.db").write_text("of the first")
            assert cli.main(["--folder", str(folder)]) == 1
            assert f"another demo (process {first.pid}) is running in {folder}" in capsys.readouterr().err
            assert (folder / "store.db").read_text() == "of the first"
        finally:
            first.terminate()
            _, said = first.communicate(timeout=END_LIMIT_SECONDS)
    assert first.returncode == 128 + signal.SIGTERM, said
    assert "local-demo: terminated by SIGTERM" in said
    assert state.running() is None


def test_without_packages_it_says_so_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "PACKAGES", tmp_path / "packages")
    assert cli.main(["--folder", str(tmp_path / "demo")]) == 1
    assert "Build them: make package" in capsys.readouterr().err


def test_demo_applies_in_a_cache_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan may run meanwhile, in the caches beside the units."""
    folder, seen = tmp_path / "demo", dict[str, str]()

    def apply(environment: object, variables: dict[str, str], say: object) -> None:
        seen.update(variables)
        raise UserError("enough")

    state = StateDirectory(folder / "aws", DEV.name)
    launcher.start(state, Identity(DEV.name, DEV.account_id, DEV.region), enforce_iam=True)
    monkeypatch.setattr(start, "ready", lambda *_, **__: {})
    monkeypatch.setattr(cli.every_unit, "apply", apply)
    assert cli.main(["--folder", str(folder)]) == 1
    assert seen["TG_DOWNLOAD_DIR"] == str(folder / "terragrunt-cache")
    assert state.running() is None


def test_local_aws_of_another_demo_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = StateDirectory(tmp_path / "demo" / "aws", DEV.name)
    launcher.start(state, Identity(DEV.name, DEV.account_id, DEV.region))
    try:
        assert cli.main(["--folder", str(tmp_path / "demo")]) == 1
        assert f"local-aws stop {DEV.name} --state-dir {state.path.parent}" in capsys.readouterr().err
        assert state.running()
    finally:
        launcher.stop(state, save=False)
