"""What `units plan` takes beside bare `terraform plan` of the same units, with state and everything initialised.

Dev is applied on a local AWS. First one changed unit, then all units without changes are planned in turn by Terraform
alone, in the folders that Terragrunt has made and with the inputs that it has found, and by `units plan`. Processor
seconds are those of all programs started, without the local AWS; on two cores or more the clock favours `units plan`,
which plans side by side. ROUNDS says how often (3).
"""

import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from scripts.common.environments import Environment
from scripts.terragrunt import runner
from scripts.units import findings, markdown, page, review
from scripts.units.folder import Folder
from tests.support import moments
from tests.support.changed_tree import ChangedTree
from tests.support.golden_review import GOLDEN
from tests.support.platform import DEV, TERRAGRUNT, TOOLCHAIN, Platform, running

ROUNDS = int(os.environ.get("ROUNDS", "3"))
LIMIT_SECONDS = 1200
UNIT = "monitoring"
RENDERED = 24
INPUTS = "terragrunt-debug.tfvars.json"
"""Written by Terragrunt's `--inputs-debug` into the folder of the unit."""


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds of processors and by the clock."""

    processor: float
    clock: float

    def __add__(self, other: "Took") -> "Took":
        return Took(self.processor + other.processor, self.clock + other.clock)


def main() -> None:
    """Render, then prepare both ways once and measure them in turn."""
    rendering()
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder) / "cache"
        tree = ChangedTree(Path(folder) / "checkout")
        # What a moment is made with stays out of the cache in which a unit's folder is looked up.
        applied = moments.of_dev(Path(folder) / "making").applied
        with running(DEV.name, cache, applied) as dev:
            out = str(Path(folder) / "plans")
            tree.branch()
            tree.edit(
                f"live/{DEV.name}/{UNIT}/terragrunt.hcl",
                r"email_addresses = \[\]",
                'email_addresses = ["a@example.com"]',
            )
            tree.commit()
            prepare(tree, dev, [UNIT])
            report(
                f"{UNIT}, one change",
                lambda: bare(tree, dev, cache, UNIT),
                lambda: took(lambda: tree.units(dev, "plan", "--changed-since", "main", "--out", out).expect_success()),
            )
            tree.branch()
            prepare(tree, dev, DEV.units())
            report(
                f"all {len(DEV.units())} units, no changes",
                lambda: sum((bare(tree, dev, cache, unit) for unit in DEV.units()), Took(0, 0)),
                lambda: took(lambda: tree.units(dev, "plan", "--out", out).expect_success()),
            )


def rendering() -> None:
    """How long the comment and the page of 24 changed units take."""
    found = review.load(Folder(GOLDEN), findings.read(Folder(GOLDEN)))
    changed = [unit for unit in found.units if unit.plan.has_changes]
    named = (
        replace(unit, plan=replace(unit.plan, name=f"{unit.name}_{copy}"))
        for copy in range(RENDERED // len(changed))
        for unit in changed
    )
    many = review.Review(found.manifest, tuple(named))
    started = time.monotonic()
    size = len(page.render(many)) + len(markdown.render(many))
    print(f"{len(many.units)} units rendered, {size:,} characters: {time.monotonic() - started:.2f} s (aim: 2 s)")


def prepare(tree: ChangedTree, dev: Platform, units: Sequence[str]) -> None:
    """Let Terragrunt initialise units and write down their inputs."""
    folder = tree.root / "live" / DEV.name
    typed = [TERRAGRUNT, "run", "--all", "--inputs-debug", *runner.only(units), "--working-dir", str(folder)]
    tree.run([*typed, "--", "plan"], tree.variables(dev), seconds=LIMIT_SECONDS).expect_success()
    for unit in units:
        # In the tree it would be a file that is not committed.
        (folder / unit / INPUTS).replace(inputs(tree, unit))


def inputs(tree: ChangedTree, unit: str) -> Path:
    """The file with the inputs of a unit."""
    return tree.root.parent / f"{unit}.tfvars.json"


def bare(tree: ChangedTree, dev: Platform, cache: Path, unit: str) -> Took:
    """One plan by Terraform alone."""
    environment = Environment(DEV.name, DEV.account_id, DEV.region, live=tree.root / "live")
    key = f'"{environment.state_key(unit)}"'
    (folder,) = [file.parent for file in cache.glob("*/*/*/backend.tf") if key in file.read_text()]
    typed = [TOOLCHAIN["engine"], "plan", "-input=false", f"-var-file={inputs(tree, unit)}", "-lock-timeout=20s"]
    variables = {**dev.variables, "GOGC": "400"}
    return took(lambda: dev.setting(**variables).run(typed, folder, LIMIT_SECONDS).expect_success())


def took(action: Callable[[], object]) -> Took:
    """What an action and all programs that it has started took."""
    used, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    action()
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Took(now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime, time.monotonic() - started)


def report(what: str, alone: Callable[[], Took], units: Callable[[], Took]) -> None:
    """Measure both in turn, and print each pair."""
    print(f"\n{what}: processor seconds (clock)\n{'terraform plan':>22} {'units plan':>22}   ratio")
    ratios, extra = [], []
    for _ in range(ROUNDS):
        first, then = alone(), units()
        ratios.append(then.processor / first.processor)
        extra.append(then.processor - first.processor)
        cells = (f"{one.processor:.1f} ({one.clock:.1f})" for one in (first, then))
        print("{:>22} {:>22}".format(*cells), f"{ratios[-1]:7.2f}", flush=True)
    print(f"median ratio {statistics.median(ratios):.2f}, {statistics.median(extra):.1f} s more")


if __name__ == "__main__":
    main()
