"""The steps of one engine: dev on a local AWS of its own, from nothing to nothing, and the tests of every module."""

import re
import shutil
import subprocess
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from scripts.common.paths import MODULES
from tests.engines.cells import LOGS, STEPS, Cell
from tests.support.leftovers import what_is_left
from tests.support.platform import Platform, planned_units, unchanged_units

LIMIT_SECONDS = 3600
_ADDED = re.compile(r"\[(\w+)\] \w+: Apply complete! Resources: (\d+) added, 0 changed, 0 destroyed")
_DESTROYED = re.compile(r"\[(\w+)\] \w+: Destroy complete! Resources: (\d+) destroyed")
_RESOURCE = re.compile(r"^(?!data\.|module\.[^.]+\.data\.)(?:module\.\S+|[a-z]\w*)\.\S+$", re.MULTILINE)
_PASSED = re.compile(r"^Success! (\d+) passed, 0 failed", re.MULTILINE)


class UnexpectedError(Exception):
    """A step did not do what it should have."""


class Steps:
    """Takes the steps with one engine; what one step counted, the next ones have to find again."""

    def __init__(self, platform: Platform, engine: Path, name: str, folder: Path) -> None:
        self._platform = platform.setting(TG_TF_PATH=str(engine))
        self._engine = engine
        self._units = platform.environment.units()
        self._folder = folder
        self._logs = LOGS / name.replace(" ", "-")
        self._printed = ""
        self._added: dict[str, int] = {}

    def run(self) -> Iterator[Cell]:
        """Each step's cell as soon as it is known. Without an apply nothing but the tests follows."""
        steps: tuple[Callable[[], str], ...] = (
            self._plan,
            self._apply,
            self._plan_again,
            self._test_modules,
            self._list_states,
            self._destroy,
        )
        shutil.rmtree(self._logs, ignore_errors=True)
        self._logs.mkdir(parents=True)
        for name, step in zip(STEPS, steps, strict=True):
            if self._added or step not in (self._plan_again, self._list_states, self._destroy):
                yield self._cell(name, step)

    def _cell(self, name: str, step: Callable[[], str]) -> Cell:
        log, started = self._logs / f"{name.replace(' ', '-')}.log", time.monotonic()
        self._printed = ""
        try:
            said, passed = step(), True
        except UnexpectedError as error:
            said, passed = str(error), False
        except subprocess.TimeoutExpired as error:
            self._printed += str(error.stdout)
            said, passed = f"no end within {error.timeout:.0f} s", False
        log.write_text(self._printed, encoding="utf-8")
        return Cell(name, passed, said, round(time.monotonic() - started, 1), str(log))

    def _plan(self) -> str:
        self._terragrunt("backend", "bootstrap", unit=self._units[0])
        planned = planned_units(self._all("plan"))
        self._expect_each_unit(planned)
        if any(changed or destroyed for _, changed, destroyed in planned.values()):
            raise UnexpectedError(f"a plan from nothing changes something: {planned}")
        return f"{sum(add for add, _, _ in planned.values())} to add"

    def _apply(self) -> str:
        added = {unit: int(count) for unit, count in _ADDED.findall(self._all("apply", accepted=None))}
        self._added = added
        self._expect_each_unit(added)
        return f"{sum(added.values())} added"

    def _plan_again(self) -> str:
        self._expect_each_unit(unchanged_units(self._all("plan")))
        return f"{len(self._units)} units unchanged"

    def _list_states(self) -> str:
        """Unit by unit, because the lines of a list do not say whose they are."""
        found = {unit: len(_RESOURCE.findall(self._terragrunt("state", "list", unit=unit))) for unit in self._units}
        if found != self._added:
            raise UnexpectedError(f"listed are {found}, applied were {self._added}")
        return f"{sum(found.values())} resources"

    def _destroy(self) -> str:
        gone = {unit: int(count) for unit, count in _DESTROYED.findall(self._all("destroy"))}
        if gone != self._added:
            raise UnexpectedError(f"destroyed were {gone}, applied were {self._added}")
        if left := what_is_left(self._platform):
            raise UnexpectedError(f"left over: {left}")
        return f"{sum(gone.values())} destroyed"

    def _test_modules(self) -> str:
        modules = self._folder / "modules"
        ignored = shutil.ignore_patterns(".terraform", ".terraform.lock.hcl")
        shutil.copytree(MODULES, modules, ignore=ignored)
        names = sorted(path.parent.name for path in modules.glob("*/main.tf"))
        passed, failed = 0, []
        for name in names:
            for arguments in (("init", "-backend=false", "-no-color"), ("test", "-no-color")):
                ran = self._platform.run([str(self._engine), *arguments], modules / name, LIMIT_SECONDS)
                self._printed += ran.printed
            found = _PASSED.search(ran.printed)
            passed += int(found[1]) if found else 0
            failed += [] if ran.status == 0 and found and int(found[1]) else [name]
        if failed:
            raise UnexpectedError(f"the tests of {', '.join(failed)} fail")
        return f"{passed} tests of {len(names)} modules"

    def _all(self, *terraform: str, accepted: int | None = 0) -> str:
        return self._terragrunt("run", "--all", "--", *terraform, accepted=accepted)

    def _terragrunt(self, *arguments: str, unit: str = "", accepted: int | None = 0) -> str:
        ran = self._platform.terragrunt(*arguments, unit=unit, seconds=LIMIT_SECONDS)
        self._printed += ran.printed
        if accepted is not None and ran.status != accepted:
            raise UnexpectedError(f"terragrunt {' '.join(arguments)} ended with exit status {ran.status}")
        return ran.printed

    def _expect_each_unit(self, found: Collection[str]) -> None:
        missing = [unit for unit in self._units if unit not in found]
        if missing:
            raise UnexpectedError(f"not {', '.join(missing)}")
