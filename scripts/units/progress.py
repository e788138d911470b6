"""How far the apply of a folder of plans has come, kept in the folder so that the same command goes on from there."""

import json
from dataclasses import dataclass, field
from enum import StrEnum

from scripts.common.errors import UserError
from scripts.units.folder import Folder
from scripts.units.manifest import digest

FILE = "progress.json"


class Step(StrEnum):
    """Where a unit is. What is only `started` may be applied in part: its plan is stale."""

    STARTED = "started"
    APPLIED = "applied"
    UNCHANGED = "unchanged"

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        return self is not Step.STARTED


@dataclass(slots=True)
class Progress:
    """The steps of the units of one folder of plans."""

    folder: Folder
    manifest: str
    units: dict[str, Step] = field(default_factory=dict)

    def note(self, unit: str, step: Step) -> None:
        """Record a step; it is on disk when this returns."""
        self.units[unit] = step
        content = {"manifest": self.manifest, "units": self.units}
        self.folder.write(FILE, json.dumps(content, indent=2).encode() + b"\n")

    def is_done(self, unit: str) -> bool:
        """Whether nothing is left to do for a unit."""
        return unit in self.units and self.units[unit].is_done

    def was_started(self, unit: str) -> bool:
        """Whether an earlier run began with a unit and did not finish it."""
        return self.units.get(unit) is Step.STARTED


def load(folder: Folder) -> Progress:
    """The progress of a folder; raises UserError where it is damaged or of other plans."""
    of = digest((folder.path / "manifest.json").read_bytes())
    file = folder.path / FILE
    try:
        found = json.loads(file.read_bytes())
        units = {str(name): Step(step) for name, step in found["units"].items()}
        if found["manifest"] != of:
            raise UserError(f"{file} is about other plans than those in {folder.path}. Plan again.")
    except FileNotFoundError:
        return Progress(folder, of)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UserError(f"{file} is damaged, so it is not known what was applied. Plan again.") from None
    return Progress(folder, of, units)
