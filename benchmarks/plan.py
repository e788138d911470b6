"""How long `run --all plan` of an environment takes beside one plan of its modules in a single root, state present.

Both are applied first, each on a local AWS of its own; then they are planned in turn, and the ratio of each pair is
printed with its median. Takes some ten minutes, nearly all of it the two applies.
"""

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.support.findings import Aim, Findings, Role, figures_of, publish
from scripts.common import environments
from scripts.common.paths import REPOSITORY
from tests.support.platform import TOOLCHAIN, Platform, running

PAIRS = 5
UNITS, SINGLE = "run --all plan", "plan of a single root"
AIM = Aim(2)
SINGLE_ROOT = Path(__file__).parent / "plan_single_root"
LIMIT_SECONDS = 1200


def main() -> None:
    """Apply both, then plan them in turn."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running(environments.default().name, Path(folder) / "cache") as units,
        running(environments.default().name, Path(folder) / "cache") as single,
    ):
        units.bootstrap()
        single.bootstrap()
        units.terragrunt("run", "--all", "apply").expect_success()
        report(plan_of_units(units), applied_single_root(single, Path(folder)))


def plan_of_units(platform: Platform) -> Callable[[], float]:
    def plan() -> float:
        flags = ["--queue-ignore-dag-order", "plan"]
        return timed(lambda: platform.terragrunt("run", "--all", *flags).expect_success())

    return plan


def applied_single_root(platform: Platform, folder: Path) -> Callable[[], float]:
    manifests = REPOSITORY / "dist" / "lambda" / "x86_64"
    keys = {
        name: json.loads((manifests / f"{name}.json").read_text())["object_key"]
        for name in ("batch_processor", "request_handler")
    }
    variables = {
        "TF_DATA_DIR": str(folder / "single"),
        "TF_VAR_environment": platform.environment.name,
        "TF_VAR_name": platform.environment.prefix,
        "TF_VAR_account_id": platform.environment.account_id,
        "TF_VAR_region": platform.environment.region,
        "TF_VAR_object_keys": json.dumps(keys),
    }
    single = platform.setting(**variables)

    def run(*arguments: str) -> None:
        single.run([TOOLCHAIN["engine"], *arguments], SINGLE_ROOT, LIMIT_SECONDS).expect_success()

    run("init", f"-backend-config=bucket={single.state_bucket}", f"-backend-config=region={single.environment.region}")
    run("apply", "-auto-approve", "-target=module.s3_artifacts")
    for name in keys:
        bucket = f"{single.environment.prefix}-{single.environment.account_id}-{single.environment.region}-artifacts"
        upload = ["lambda-packages", "upload", name, "--architecture", "x86_64", "--bucket", bucket]
        single.run(upload, REPOSITORY, LIMIT_SECONDS).expect_success()
    run("apply", "-auto-approve")
    return lambda: timed(lambda: run("plan"))


def timed(action: Callable[[], object]) -> float:
    started = time.monotonic()
    action()
    return time.monotonic() - started


def report(plan_units: Callable[[], float], plan_single: Callable[[], float]) -> None:
    plan_units(), plan_single()
    values: dict[str, list[float]] = {SINGLE: [], UNITS: []}
    for _ in range(PAIRS):
        values[UNITS].append(plan_units())
        values[SINGLE].append(plan_single())
    roles = {UNITS: Role.OURS, SINGLE: Role.LIMIT}
    figures = figures_of(values, SINGLE, roles, aims={UNITS: AIM})
    publish(Findings("plan", "plan of an environment, state present", "s", False, SINGLE, PAIRS, figures))


if __name__ == "__main__":
    main()
