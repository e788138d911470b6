"""Applies the saved plans of a folder in the order of dependence, and nothing else.

A plan holds the inputs that were known when it was made. Where a unit that it reads has other outputs by now, the plan
is made again, shown, and applied only after a yes.
"""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console

from scripts.common.environments import Environment
from scripts.common.errors import UserError
from scripts.terragrunt import every_unit, runner
from scripts.terragrunt.runner import LogLine
from scripts.units import checks, planning, states
from scripts.units.affected import Unit
from scripts.units.changes import UnitChanges
from scripts.units.folder import PLAN, Folder
from scripts.units.manifest import Manifest, UnitPlan, digest
from scripts.units.progress import Progress, Step
from scripts.units.target import Target

LIMITS = every_unit.Limits(seconds=3 * 3600, grace_seconds=900)
"""Lambda may keep a network interface for 45 minutes; an interrupted Terraform finishes what it has begun."""
STALE = "Saved plan is stale"
_APPLIED = re.compile(r"Apply complete! Resources: (.+?)\.$", re.MULTILINE)
_LAST_LINES = 15


@dataclass(slots=True)
class Apply:
    """One run over a folder of plans."""

    folder: Folder
    manifest: Manifest
    environment: Environment
    target: Target
    progress: Progress
    console: Console
    accepts_all: bool

    def run(self) -> None:
        """Apply all that is left; raises UserError where a plan is stale or refused, or a unit fails."""
        names = [unit.name for unit in self.manifest.units]
        checks.mocks_are_replaced(self.manifest, self.progress)
        checks.not_stale(self.manifest, self.progress, states.read(self.environment, names, self.target.s3))
        left = {unit.name: unit for unit in self.manifest.units if not self.progress.is_done(unit.name)}
        if done := [name for name in names if name not in left]:
            self._say(f"done before: {', '.join(done)}")
        try:
            while left:
                ready = [unit for unit in left.values() if not left.keys() & set(unit.needs)]
                self._wave(ready)
                for unit in ready:
                    del left[unit.name]
        except BaseException:
            self._report()
            raise

    def _wave(self, ready: Sequence[UnitPlan]) -> None:
        """Units that no longer wait for another: plan again what has to be, then apply all that have changes."""
        again = self._outdated(ready)
        plans = [(self.folder, unit) for unit in ready if unit.name not in again]
        if again:
            plans += self._replanned([unit for unit in ready if unit.name in again], again)
        for _, unit in plans:
            if not unit.has_changes:
                self.progress.note(unit.name, Step.UNCHANGED)
                self._say(f"{unit.name}: no changes")
        if changed := [(folder, unit) for folder, unit in plans if unit.has_changes]:
            self._apply(changed)

    def _outdated(self, ready: Sequence[UnitPlan]) -> dict[str, str]:
        """The units whose plan is not for what is there now, each with the reason."""
        needed = {name for unit in ready for name in unit.needs}
        now = states.read(self.environment, needed, self.target.s3)
        reasons = {}
        for unit in ready:
            other = sorted(name for name in unit.needs if now[name].state.outputs != unit.inputs[name])
            if self.progress.was_started(unit.name):
                reasons[unit.name] = "an earlier run began to apply it and did not finish"
            elif unit.mocks:
                reasons[unit.name] = f"its plan holds mocks of {', '.join(unit.mocks)}"
            elif other:
                reasons[unit.name] = f"outputs of {', '.join(other)} have changed"
        return reasons

    def _replanned(self, units: Sequence[UnitPlan], reasons: dict[str, str]) -> list[tuple[Folder, UnitPlan]]:
        """New plans of units, after they were shown and accepted."""
        for name, reason in reasons.items():
            self._say(f"{name} is planned again: {reason}")
        known = {unit.name: Unit(unit.name, frozenset(unit.needs), frozenset()) for unit in units}
        job = planning.Job(self.environment, known, reasons, self.target, self.console)
        folder = Folder(self.folder.path / "again")
        folder.path.mkdir(mode=0o700, exist_ok=True)
        made = planning.make(job, folder)
        to_ask = [new for old, new in zip(units, made, strict=True) if self._is_news(old, new, folder)]
        if to_ask:
            self._ask(to_ask)
        return [(folder, unit) for unit in made]

    def _is_news(self, old: UnitPlan, new: UnitPlan, folder: Folder) -> bool:
        """Show a new plan; whether it does something else than the one that was reviewed."""
        if new.mocks:
            raise UserError(f"{new.name} still lacks outputs of {', '.join(new.mocks)}. Apply those first.")
        reviewed, found = self.folder.changes(old), folder.changes(new)
        if (reviewed.resources, reviewed.outputs) == (found.resources, found.outputs):
            self._say(f"{new.name}: the new plan does the same as the reviewed one")
            return False
        for change in [*found.resources, *found.outputs]:
            reason = f" ({change.reason})" if change.reason else ""
            self._say(f"{new.name}: {change.kind} {change.address}{reason}")
            for line in change.lines:
                self._say(f"    {line}")
        if not new.has_changes:
            self._say(f"{new.name}: the new plan changes nothing")
            return False
        if self.accepts_all and (deleted := newly_deleted(reviewed, found)):
            raise UserError(
                f"The new plan of {new.name} deletes {', '.join(deleted)}, which the reviewed plan did not: "
                "--yes does not cover that. Plan again and review, or apply without --yes."
            )
        return True

    def _ask(self, units: Sequence[UnitPlan]) -> None:
        names = ", ".join(unit.name for unit in units)
        if self.accepts_all:
            self._say(f"--yes: the new plans of {names} are applied")
            return
        print(f"Apply the new plans of {names}? Type yes: ", end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip() != "yes":
            raise UserError(f"The new plans of {names} were not accepted, so nothing more was applied.")

    def _apply(self, plans: Sequence[tuple[Folder, UnitPlan]]) -> None:
        """Apply the bytes that were reviewed, and nothing else: they are copied before their digest is taken."""
        copies = Folder(self.folder.path / "again" / "applied")
        for folder, unit in plans:
            content = (folder.unit(unit.name) / PLAN).read_bytes()
            if digest(content) != unit.digests[PLAN]:
                raise UserError(f"{folder.unit(unit.name) / PLAN} was changed after it was made. It was not applied.")
            copies.unit(unit.name).mkdir(mode=0o700, parents=True, exist_ok=True)
            copies.write(f"units/{unit.name}/{PLAN}", content)
        names = [unit.name for _, unit in plans]
        for name in names:
            self.progress.note(name, Step.STARTED)
        self._say(f"applying {', '.join(names)}")
        said = self._run(copies, names)
        failed = [name for name in names if not self.progress.is_done(name)]
        if failed:
            why = f"{STALE}: somebody has applied since it was made. " if any(STALE in line for line in said) else ""
            last = "\n".join(said[-_LAST_LINES:])
            raise UserError(f"{', '.join(failed)} could not be applied. {why}Terraform says:\n{last}")

    def _run(self, copies: Folder, names: Sequence[str]) -> list[str]:
        said: list[str] = []

        def read(line: LogLine) -> None:
            if line.is_error:
                said.extend(f"{line.unit}: {text}".strip() for text in line.message.splitlines() if text.strip())
            found = _APPLIED.search(line.message)
            if found and line.unit in names:
                self.progress.note(line.unit, Step.APPLIED)
                self._say(f"{line.unit}: {found[1]}")

        # A second attempt of a saved plan could only say that the plan is stale.
        options = ["--out-dir", str(copies.units), "--no-auto-retry", *runner.only(names)]
        runner.run_all(
            self.environment,
            ["apply"],
            self.target.variables,
            read,
            limit_seconds=LIMITS.seconds,
            options=options,
            grace_seconds=LIMITS.grace_seconds,
            stopping=lambda: self._say("stopping: Terraform finishes what it has begun"),
            program=self.target.terragrunt,
        )
        return said

    def _report(self) -> None:
        """Say what is done, what is not, and how to go on."""
        done = [unit.name for unit in self.manifest.units if self.progress.is_done(unit.name)]
        begun = [unit.name for unit in self.manifest.units if self.progress.was_started(unit.name)]
        left = [unit.name for unit in self.manifest.units if unit.name not in self.progress.units]
        for what, names in (("done", done), ("begun and not finished", begun), ("not begun", left)):
            self._say(f"{what}: {', '.join(names) or 'none'}")
        self._say(f"to go on from there: units apply {self.folder.path}")

    def _say(self, text: str) -> None:
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)


def newly_deleted(reviewed: UnitChanges, found: UnitChanges) -> list[str]:
    """What a new plan deletes or replaces and the reviewed one did not."""
    before, now = ({one.address for one in of.resources if one.kind.is_loud} for of in (reviewed, found))
    return sorted(now - before)
