"""Dev is applied once, with an accident half-way; every test begins with a copy of a moment of it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts.common.locks import only_one
from scripts.common.paths import REPOSITORY
from tests.support.platform import DEV, Platform, production, running

INPUT_SUFFIXES = {".hcl", ".tf", ".yaml", ".py", ".json"}
CLASHING_ROLE = f"{DEV.prefix}-request-handler"


@dataclass(frozen=True, slots=True)
class Moments:
    """What the local AWS held after the apply that failed half-way, and after the one that came through."""

    half_applied: Path
    applied: Path


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Terragrunt's cache of this session: initialised units stay so from test to test."""
    return tmp_path_factory.mktemp("terragrunt-cache")


@pytest.fixture(scope="session")
def moments(cache: Path) -> Moments:
    """Apply dev, first with a role in the way that Terraform did not make, then without it.

    Kept under a digest of all that goes into it, so that it is done again whenever any of that changes; of several
    test runs at once, one makes them and the others wait.
    """
    folder = REPOSITORY / ".local" / "moments" / digest_of_inputs()
    result = Moments(folder / "half-applied", folder / "applied")
    with only_one(folder.with_suffix(".lock")):
        if not result.applied.is_file():
            _apply(result, cache)
    return result


def _apply(result: Moments, cache: Path) -> None:
    result.applied.parent.mkdir(parents=True, exist_ok=True)
    with running(DEV.name, cache) as dev:
        dev.bootstrap()
        iam = dev.client("iam")
        iam.create_role(RoleName=CLASHING_ROLE, AssumeRolePolicyDocument="{}")
        failed = dev.terragrunt("run", "--all", "apply")
        assert failed.status != 0
        assert "EntityAlreadyExists" in failed.printed, failed.printed[-6000:]
        iam.delete_role(RoleName=CLASHING_ROLE)
        dev.aws.save_snapshot(result.half_applied)
        dev.terragrunt("run-all", "apply").expect_success()
        dev.aws.save_snapshot(result.applied)


def digest_of_inputs() -> str:
    """A digest of the configuration, the packages, the tools, and the local AWS they are applied to."""
    root = REPOSITORY
    folders = [root / name for name in ("live", "modules", "scripts/local/aws", "dist/lambda")]
    files = [root / name for name in ("terragrunt.hcl", "requirements/dev.txt", ".tools/toolchain.json")]
    for folder in folders:
        files += [path for path in folder.rglob("*") if path.suffix in INPUT_SUFFIXES and path.is_file()]
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for path in sorted(set(files)):
        if ".terragrunt-cache" not in path.parts:
            digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


@pytest.fixture
def applied_dev(moments: Moments, cache: Path) -> Iterator[Platform]:
    with running(DEV.name, cache, moments.applied) as platform:
        yield platform


@pytest.fixture
def half_applied_dev(moments: Moments, cache: Path) -> Iterator[Platform]:
    with running(DEV.name, cache, moments.half_applied) as platform:
        yield platform


@pytest.fixture
def new_dev(cache: Path) -> Iterator[Platform]:
    with running(DEV.name, cache) as platform:
        yield platform


@pytest.fixture
def new_production(cache: Path) -> Iterator[Platform]:
    with running(production(), cache) as platform:
        yield platform
