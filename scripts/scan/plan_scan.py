"""Scans plans, and applies to them the skips that stand in the source they were made from.

Checkov's own way, `--repo-root-for-plan-enrichment`, finds a resource's source by type and name alone: where several
modules have a `this`, it takes the skips of the one it read last. Here a resource is followed through its component and
the modules called to the block it is made from.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from scripts.common.errors import UserError
from scripts.common.paths import REPOSITORY
from scripts.scan import checkov_run, sources
from scripts.scan.findings import Finding, Outcome, Result
from scripts.scan.plans import Plan
from scripts.scan.sources import Block

_MODULE_OF_COMPONENT = re.compile(r'^\s*source\s*=\s*format\(local\.common\.module_source, "(\w+)"\)', re.MULTILINE)
_MODULE_CALL = re.compile(r"module\.(\w+)(?:\[[^\]]*\])?\.")
_INSTANCE = re.compile(r"\[[^\]]*\]$")

type Sources = Mapping[tuple[Path, str], Block]


def scan(plans: Sequence[Plan], repository: Path = REPOSITORY) -> Result:
    """What Checkov says of these plans; UserError where a resource of one of them was not read."""
    arguments = [argument for plan in plans for argument in ("--file", str(plan.file))]
    records = checkov_run.run([*arguments, "--framework", "terraform_plan"])
    refuse_unread(plans, records)
    by_file = {plan.file.resolve(): plan for plan in plans}
    made_from = index(repository / "modules")
    found = (
        _placed(record, by_file[record.file.resolve()], made_from, repository)
        for record in records
        if record.check_id != checkov_run.COVERAGE_CHECK
    )
    resources = sum(len(plan.planned()) for plan in plans)
    return Result(sorted(set(found)), resources, plans=len(plans))


def index(modules: Path) -> Sources:
    """Every resource of the modules, by the folder it stands in and its address there."""
    found = sources.blocks(sources.terraform_files(modules.resolve()))
    return {(block.file.parent, block.address): block for block in found if block.kind == "resource"}


def refuse_unread(plans: Iterable[Plan], records: Iterable[Finding]) -> None:
    """UserError where a plan has a resource that Checkov has no record of."""
    seen = {(record.file, record.resource) for record in records if record.check_id == checkov_run.COVERAGE_CHECK}
    unread = [
        f"  {plan.name}: {address}"
        for plan in plans
        for address in plan.planned()
        if (plan.file.resolve(), address) not in seen
    ]
    if unread:
        raise UserError("Checkov omitted these resources of plans, so the scan is incomplete:\n" + "\n".join(unread))


def _placed(record: Finding, plan: Plan, made_from: Sources, repository: Path) -> Finding:
    """The finding at the resource's place in the source; skipped where that place or the unit's component says why."""
    finding = replace(record, scanned=plan.name)
    component = repository / "live" / "_components" / f"{plan.unit}.hcl"
    block = made_from.get(_source_of(record.resource, plan, component, repository))
    if block:
        finding = replace(finding, file=block.file, line=block.first_line)
    if finding.outcome is not Outcome.FAILED:
        return finding
    stated = [(finding.file, finding.line, skip) for skip in block.skips()] if block else []
    stated += [(component, skip.line, skip) for skip in sources.skips(component)] if component.is_file() else []
    for file, line, skip in stated:
        if skip.check_id == record.check_id and skip.reason:
            return replace(finding, outcome=Outcome.SKIPPED, reason=skip.reason, file=file, line=line)
    return finding


def _source_of(address: str, plan: Plan, component: Path, repository: Path) -> tuple[Path, str]:
    """The folder and the address within it of the block that a resource of a plan is made from."""
    text = component.read_text(encoding="utf-8") if component.is_file() else ""
    named = _MODULE_OF_COMPONENT.search(text)
    folder = (repository / "modules" / (named[1] if named else plan.unit)).resolve()
    configuration: dict[str, Any] = plan.content["configuration"].get("root_module", {})
    rest = address
    while found := _MODULE_CALL.match(rest):
        call = configuration.get("module_calls", {}).get(found[1], {})
        folder = (folder / str(call.get("source", ""))).resolve()
        configuration = call.get("module", {})
        rest = rest[found.end() :]
    return folder, _INSTANCE.sub("", rest)
