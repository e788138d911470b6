"""What the policy scan finds in the plans of a folder, beside the resource that it is about."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from pydantic import TypeAdapter, ValidationError

from scripts.common.errors import UserError
from scripts.scan import plan_scan
from scripts.scan.findings import Outcome
from scripts.scan.plans import Plan
from scripts.units.folder import PLAN_JSON, Folder
from scripts.units.manifest import Manifest

FILE = "findings.json"


@dataclass(frozen=True, slots=True)
class Found:
    """A check that failed for a resource, or is skipped with a reason."""

    check: str
    title: str
    failed: bool
    reason: str = ""


type Findings = dict[str, dict[str, list[Found]]]
"""By unit, then by the address of the resource."""

_ADAPTER = TypeAdapter(Findings)


def scan(folder: Folder, manifest: Manifest) -> None:
    """Scan the plans with changes, and keep what is found in the folder; raises UserError where Checkov cannot run."""
    plans = []
    for unit in manifest.units:
        if unit.has_changes:
            file = folder.unit(unit.name) / PLAN_JSON
            plan = Plan(manifest.environment, unit.name, file, json.loads(file.read_text(encoding="utf-8")))
            if plan.planned():
                plans.append(plan)
    found: dict[str, dict[str, list[Found]]] = defaultdict(lambda: defaultdict(list))
    for one in plan_scan.scan(plans).findings if plans else []:
        if one.outcome is not Outcome.PASSED:
            unit_name = one.scanned.rpartition("/")[2]
            failed = one.outcome is Outcome.FAILED
            found[unit_name][one.resource].append(Found(one.check_id, one.title, failed, one.reason))
    content = {
        unit: {address: [asdict(each) for each in of] for address, of in by.items()} for unit, by in found.items()
    }
    folder.write(FILE, json.dumps(content, indent=2, sort_keys=True).encode() + b"\n")


def read(folder: Folder) -> Mapping[str, Mapping[str, list[Found]]]:
    """What was found; nothing where the plans were not scanned."""
    file = folder.path / FILE
    try:
        return _ADAPTER.validate_json(file.read_bytes())
    except FileNotFoundError:
        return {}
    except ValidationError:
        raise UserError(f"{file} is damaged. Plan again with --scan.") from None
