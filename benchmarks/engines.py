"""How long a plan of one unit takes with each engine on this machine, beside the engine that `make setup` found.

The unit is kms, applied by that engine, so that every plan reads a state and finds nothing to do. No engine is built:
`make engines` does that.
"""

import argparse
import tempfile
from functools import partial
from pathlib import Path

from benchmarks.support.findings import Role, publish
from benchmarks.support.measuring import Comparison, timed
from scripts.common import environments
from scripts.toolchain.engines import SUPPORTED, here
from tests.support.followed import Copy
from tests.support.platform import TOOLCHAIN, Platform, running

ROUNDS = 7
UNIT = "kms"
LIMIT_SECONDS = 600


def main() -> None:
    """Apply the unit, initialise it for each engine, and plan it in turn."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engines", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N", help=f"plans with each engine ({ROUNDS})")
    options = parser.parse_args()
    pinned = Path(TOOLCHAIN["engine"])
    found = {str(tool): here(tool) for tool in SUPPORTED}
    others = {name: engine for name, engine in found.items() if engine and engine.resolve() != pinned.resolve()}
    for name in (name for name, engine in found.items() if engine is None):
        print(f"{name}: not on this machine (make engines builds what can be built)")
    peer = f"{pinned.name}, as set up"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with running(environments.default().name, folder / "cache") as platform:
            platform.bootstrap()
            platform.terragrunt("apply", "-auto-approve", unit=UNIT).expect_success()
            comparison = Comparison()
            contenders = {peer: pinned, **others}
            of_each = {name: planning(platform, engine, folder) for name, engine in contenders.items()}
            for one in of_each.values():
                plan(one)
            for _ in range(options.rounds):
                for name, one in of_each.items():
                    comparison.note(name, timed(partial(plan, one)))
    roles = dict.fromkeys(contenders, Role.PEER)
    publish(comparison.findings("engines", f"plan of the unit {UNIT} with each engine", peer, roles))


def planning(platform: Platform, engine: Path, folder: Path) -> Platform:
    """A copy of the checkout for that engine: each leaves a lock file of providers, which the other kind cannot use."""
    own = folder / f"{engine.parent.name}-{engine.name}"
    live = Copy(own / "checkout").root / "live"
    copied = Platform(platform.environment.name, platform.aws, own / "cache", live)
    return copied.setting(TG_TF_PATH=str(engine))


def plan(platform: Platform) -> None:
    """Plan the unit without a lock, which costs all engines the same; there must be nothing to do."""
    ran = platform.terragrunt("plan", "-lock=false", unit=UNIT, seconds=LIMIT_SECONDS).expect_success()
    if "No changes." not in ran.printed:
        raise RuntimeError(f"the plan of {UNIT} is not empty:\n{ran.printed[-3000:]}")


if __name__ == "__main__":
    main()
