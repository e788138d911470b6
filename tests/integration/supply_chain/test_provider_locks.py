"""Why providers are pinned by their exact version, and not by lock files."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from scripts.common.paths import BIN, REPOSITORY, TOOLS
from scripts.toolchain.providers import _platform, pinned_version

ROOT = (REPOSITORY / "terragrunt.hcl").read_text(encoding="utf-8")
COMMANDS = (REPOSITORY / "docs" / "commands.md").read_text(encoding="utf-8")


def test_every_unit_gets_exactly_the_pinned_version() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", pinned_version())
    assert 'version = "${local.aws_provider_version}"' in ROOT


def test_no_lock_file_of_one_platform_is_tracked() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "*.terraform.lock.hcl"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert tracked.stdout == ""


def test_a_lock_made_here_holds_this_platforms_hash_alone(tmp_path: Path) -> None:
    version = pinned_version()
    wanted = {"terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": version}}}}
    (tmp_path / "main.tf.json").write_text(json.dumps(wanted))
    engine = next(path for path in (BIN / "terraform", BIN / "tofu") if path.exists())
    lock = [str(engine), "providers", "lock", f"-fs-mirror={TOOLS / 'providers'}", f"-platform={_platform()}"]
    subprocess.run(lock, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    text = (tmp_path / ".terraform.lock.hcl").read_text(encoding="utf-8")
    assert f'version     = "{version}"' in text
    assert len(re.findall(r'"(?:h1|zh):', text)) == 1


@pytest.mark.parametrize("platform", ["linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64"])
def test_the_documented_command_locks_for_every_usual_platform(platform: str) -> None:
    [command] = re.findall(r"`(terragrunt run --all -- providers lock[^`]*)`", COMMANDS)
    assert f"-platform={platform}" in command.split()
