"""What a local AWS holds at moments that many tests begin with, made once and kept.

They are kept under a digest of all that goes into them, so that they are made again whenever any of that changes. Of
several processes at once, one makes a moment and the others wait for it.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from scripts.common.locks import only_one
from scripts.common.paths import REPOSITORY
from tests.support.platform import BARE_TERRAGRUNT, DEV, Platform, running
from tests.support.variants import variant

INPUT_SUFFIXES = {".hcl", ".tf", ".yaml", ".py", ".json"}
CLASHING_ROLE = f"{DEV.prefix}-request-handler"
_APPLY_LIMIT_SECONDS = 1800


@dataclass(frozen=True, slots=True)
class Moments:
    """After the apply of dev that failed half-way, and after the one that succeeded."""

    half_applied: Path
    applied: Path


def bootstrapped(environment: str, cache: Path) -> Path:
    """A state backend, and nothing in it."""

    def make(platform: Platform) -> None:
        platform.bootstrap()
        platform.aws.save_snapshot(file)

    file = _folder() / f"bootstrapped-{environment}"
    _once(file, environment, cache, None, make)
    return file


def of_dev(cache: Path) -> Moments:
    """Dev as it was applied, first with a role in the way that Terraform did not make, then without it."""

    def make(dev: Platform) -> None:
        iam = dev.client("iam")
        iam.create_role(RoleName=CLASHING_ROLE, AssumeRolePolicyDocument="{}")
        failed = dev.terragrunt("run", "--all", "apply")
        assert failed.status != 0
        assert "EntityAlreadyExists" in failed.printed, failed.printed[-6000:]
        iam.delete_role(RoleName=CLASHING_ROLE)
        dev.aws.save_snapshot(moments.half_applied)
        dev.terragrunt("run-all", "apply").expect_success()
        dev.aws.save_snapshot(moments.applied)

    moments = Moments(_folder() / "half-applied", _folder() / "applied")
    _once(moments.applied, DEV.name, cache, bootstrapped(DEV.name, cache), make)
    return moments


def _once(file: Path, environment: str, cache: Path, begin: Path | None, make: Callable[[Platform], None]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with only_one(file.with_suffix(".lock")):
        if not file.is_file():
            with running(environment, cache, begin) as platform:
                make(platform)


@cache
def _folder() -> Path:
    return REPOSITORY / ".local" / "moments" / digest_of_inputs()


def digest_of_inputs() -> str:
    """A digest of the configuration, the packages, the tools, and the local AWS they are applied to."""
    root = REPOSITORY
    folders = [root / name for name in ("live", "modules", "scripts/local/aws", "dist/lambda")]
    files = [root / name for name in ("terragrunt.hcl", "requirements/dev.txt", ".tools/toolchain.json")]
    for folder in folders:
        files += [path for path in folder.rglob("*") if path.suffix in INPUT_SUFFIXES and path.is_file()]
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for path in sorted(set(files)):
        # Terragrunt leaves lock files in the units that it has initialised.
        if ".terragrunt-cache" not in path.parts and path.name != ".terraform.lock.hcl":
            digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def operating(name: str, cache: Path) -> Path:
    """An environment after docs/first-day.md: everything is applied, and the schedule is on."""

    def make(platform: Platform) -> None:
        folder = cache / f"operating-{name}"
        edits = {f"live/{name}/env.hcl": ("schedule_enabled = false", "schedule_enabled = true")}
        units = variant(folder, edits) / name
        (folder / "dist").symlink_to(REPOSITORY / "dist")
        command = [BARE_TERRAGRUNT, "run", "--all", "apply"]
        platform.run(command, units, _APPLY_LIMIT_SECONDS).expect_success()
        platform.aws.save_snapshot(file)

    file = _folder() / f"operating-{name}"
    _once(file, name, cache, bootstrapped(name, cache), make)
    return file
