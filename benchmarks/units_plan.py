"""What `units plan` takes beside bare `terraform plan` of the same units, with state and everything initialised.

Dev is applied on a local AWS. First one changed unit, then all units without changes are planned in turn by Terraform
alone, in the folders that Terragrunt has made and with the inputs that it has found, and by `units plan`. Processor
seconds are those of all programs started, without the local AWS; on two cores or more the clock favours `units plan`,
which plans side by side. ROUNDS says how often (3).
"""

import os
import statistics
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.support.findings import Aim, Findings, Role, figures_of, publish
from benchmarks.support.measuring import Taken, timed
from scripts.common.environments import Environment
from scripts.terragrunt import runner
from scripts.terragrunt.launcher import GO_MEMORY_FOR_SPEED
from scripts.units import findings, markdown, page, review
from scripts.units.folder import Folder
from tests.support import moments
from tests.support.changed_tree import ChangedTree
from tests.support.golden_review import GOLDEN
from tests.support.platform import DEV, TERRAGRUNT, TOOLCHAIN, Platform, running

BENCHMARK = "units_plan"
TERRAFORM, OURS = "terraform plan", "units plan"
ROLES = {TERRAFORM: Role.LIMIT, OURS: Role.OURS}
ROUNDS = int(os.environ.get("ROUNDS", "3"))
LIMIT_SECONDS = 1200
UNIT = "monitoring"
RENDERED = 24
INPUTS = "terragrunt-debug.tfvars.json"
"""Written by Terragrunt's `--inputs-debug` into the folder of the unit."""


def main() -> None:
    """Render, then prepare both ways once and measure them in turn."""
    found = [rendering()]
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
            alone, ours = measured(
                lambda: bare(tree, dev, cache, [UNIT]),
                lambda: tree.units(dev, "plan", "--changed-since", "main", "--out", out).expect_success(),
            )
            limit = 1.2 * statistics.median(one.processor for one in alone) + 2
            found.append(compared(f"one changed unit, {UNIT}", alone, ours, Aim(round(limit, 1), unit="s")))
            tree.branch()
            prepare(tree, dev, DEV.units())
            alone, ours = measured(
                lambda: bare(tree, dev, cache, DEV.units()),
                lambda: tree.units(dev, "plan", "--out", out).expect_success(),
            )
            found.append(compared(f"all {len(DEV.units())} units, no changes", alone, ours, Aim(1.1)))
    publish(*found)


def rendering() -> Findings:
    """How long the comment and the page of 24 changed units take."""
    kept = review.load(Folder(GOLDEN), findings.read(Folder(GOLDEN)))
    changed = [unit for unit in kept.units if unit.plan.has_changes]
    named = (
        replace(unit, plan=replace(unit.plan, name=f"{unit.name}_{copy}"))
        for copy in range(RENDERED // len(changed))
        for unit in changed
    )
    many = review.Review(kept.manifest, tuple(named))
    took = timed(lambda: (page.render(many), markdown.render(many)))
    aims = {OURS: Aim(2, unit="s")}
    figures = figures_of({OURS: [took.clock]}, OURS, ROLES, aims=aims)
    return Findings(BENCHMARK, f"the page and the comment of {len(many.units)} units", "s", False, OURS, 1, figures)


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


def bare(tree: ChangedTree, dev: Platform, cache: Path, units: Sequence[str]) -> None:
    """One plan of each unit by Terraform alone, one after the other."""
    environment = Environment(DEV.name, DEV.account_id, DEV.region, live=tree.root / "live")
    alone = dev.setting(GOGC=GO_MEMORY_FOR_SPEED)
    for unit in units:
        key = f'"{environment.state_key(unit)}"'
        (folder,) = [file.parent for file in cache.glob("*/*/*/backend.tf") if key in file.read_text()]
        typed = [TOOLCHAIN["engine"], "plan", "-input=false", f"-var-file={inputs(tree, unit)}", "-lock-timeout=20s"]
        alone.run(typed, folder, LIMIT_SECONDS).expect_success()


def measured(alone: Callable[[], object], units: Callable[[], object]) -> tuple[list[Taken], list[Taken]]:
    """What both took in each round, in turn."""
    rounds = [(timed(alone), timed(units)) for _ in range(ROUNDS)]
    return [first for first, _ in rounds], [then for _, then in rounds]


def compared(title: str, alone: Sequence[Taken], ours: Sequence[Taken], aim: Aim) -> Findings:
    values = {TERRAFORM: [one.processor for one in alone], OURS: [one.processor for one in ours]}
    clocks = [statistics.median(one.clock for one in each) for each in (alone, ours)]
    return Findings(
        benchmark=BENCHMARK,
        title=f"{title}, seconds of processors",
        unit="s",
        more_is_better=False,
        reference=TERRAFORM,
        rounds=ROUNDS,
        figures=figures_of(values, TERRAFORM, ROLES, aims={OURS: aim}),
        notes=(f"By the clock: {TERRAFORM} {clocks[0]:.1f} s, {OURS} {clocks[1]:.1f} s.",),
    )


if __name__ == "__main__":
    main()
