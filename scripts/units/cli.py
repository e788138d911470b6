"""The `units` command: plan the units that a change touches, show the plans, apply exactly those, and find drift."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from scripts.common import environments
from scripts.common.environments import Environment
from scripts.common.errors import UserError, run_main
from scripts.common.locks import only_one
from scripts.common.paths import LOCAL, REPOSITORY
from scripts.consoles import console_of
from scripts.units import (
    affected,
    applying,
    checks,
    drift,
    findings,
    markdown,
    page,
    planning,
    progress,
    review,
    terminal,
)
from scripts.units import target as targets
from scripts.units.folder import MANIFEST, Folder
from scripts.units.manifest import Manifest
from scripts.units.repository import Repository

NOT_ASKED = "no AWS was asked"
_STATUS = "Exit status: 0 done, 1 refused or failed, 130 interrupted."
_DRIFT_STATUS = "Exit status: 0 nothing differs, 2 something differs, 1 an error, 130 interrupted."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one of the commands."""
    options = _parser().parse_args(arguments)
    return run_main("units", lambda: int(options.run(options)), (OSError,))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="units", description=__doc__, epilog="docs/how-to/review-a-change.md")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    aws = argparse.ArgumentParser(add_help=False)
    aws.add_argument("--aws", metavar="local|real", help="which AWS; required where real credentials are present")
    one = argparse.ArgumentParser(add_help=False, parents=[aws])
    named = f"one of: {', '.join(environments.names())} (default: the first that is not production)"
    one.add_argument("environment", metavar="ENV", nargs="?", help=named)

    plan = commands.add_parser("plan", parents=[one], help="plan units, and save the plans in a folder", epilog=_STATUS)
    plan.add_argument(
        "--changed-since",
        metavar="REF",
        help="plan only what changed since this branch left REF, and what depends on it",
    )
    plan.add_argument("--out", type=Path, metavar="DIR", help="the folder (default: .local/plans/ENV)")
    plan.add_argument("--scan", action="store_true", help="run the policy scan on the plans as well")
    plan.add_argument(
        "--uncommitted", action="store_true", help="plan the tree as it is; such plans can be read, not applied"
    )
    plan.set_defaults(run=_plan)

    show = commands.add_parser("show", help="show the plans of a folder again", epilog=_STATUS)
    show.add_argument("folder", type=Path, metavar="DIR")
    show.set_defaults(run=_show)

    apply = commands.add_parser("apply", parents=[aws], help="apply exactly the plans of a folder", epilog=_STATUS)
    apply.add_argument("folder", type=Path, metavar="DIR")
    apply.add_argument(
        "--yes", action="store_true", help="do not ask about plans that have to be made again, unless they delete more"
    )
    apply.add_argument(
        "--except",
        dest="without",
        action="append",
        default=[],
        metavar="UNIT",
        help="leave this unit's plan to somebody who may apply it; may be given several times",
    )
    apply.set_defaults(run=_apply)

    drifted = commands.add_parser(
        "drift",
        parents=[one],
        help="tell what changed in the account from what changed in the tree",
        epilog=_DRIFT_STATUS,
    )
    drifted.add_argument("--json", type=Path, metavar="FILE", help="write it for programs as well")
    drifted.add_argument("--markdown", type=Path, metavar="FILE", help="write it for an issue as well")
    drifted.set_defaults(run=_drift)
    return parser


def _plan(options: argparse.Namespace) -> int:
    environment = _environment(options)
    repository = Repository(REPOSITORY)
    commit = repository.head()
    if not options.uncommitted:
        repository.refuse_uncommitted("no commit would say what was planned")
    has_uncommitted = bool(repository.uncommitted())
    if options.changed_since:
        touched = affected.since(environment, repository, options.changed_since, uncommitted=options.uncommitted)
    else:
        touched = affected.everything(environment, repository)
    folder = Folder((options.out or LOCAL / "plans" / environment.name).resolve())
    console = console_of(sys.stderr)
    with _alone(environment):
        folder.prepare(repository)
        target, tools, plans = NOT_ASKED, {}, []
        if touched.reasons:
            with targets.opened(options.aws or None, environment) as opened:
                job = planning.Job(environment, touched.units, touched.reasons, opened, console)
                target, tools, plans = opened.name, planning.versions(opened.variables), planning.make(job, folder)
        manifest = Manifest(
            environment=environment.name,
            account_id=environment.account_id,
            region=environment.region,
            target=target,
            commit=commit,
            since=options.changed_since,
            has_uncommitted=has_uncommitted,
            made=planning.now(),
            tools=tools,
            units=tuple(plans),
            removed=touched.removed,
        )
        folder.write(MANIFEST, manifest.as_json())
        if options.scan:
            findings.scan(folder, manifest)
        _report(folder)
    return 0


def _show(options: argparse.Namespace) -> int:
    folder = Folder(options.folder.resolve())
    folder.check(folder.manifest().units)
    _report(folder)
    return 0


def _report(folder: Folder) -> None:
    """Print the plans, and write the comment and the page."""
    found = review.load(folder, findings.read(folder))
    files = [
        folder.write("plan.md", markdown.render(found).encode()),
        folder.write("plan.html", page.render(found).encode()),
    ]
    console = console_of()
    console.print(terminal.table(found))
    for line in [*terminal.loud(found), found.summary(), *map(str, files)]:
        console.print(line, markup=False, soft_wrap=True)


def _apply(options: argparse.Namespace) -> int:
    folder = Folder(options.folder.resolve())
    manifest = folder.manifest()
    folder.check(manifest.units)
    checks.same_tree(manifest, Repository(REPOSITORY))
    environment = environments.load(manifest.environment)
    checks.same_account(manifest, environment)
    console = console_of()
    if unknown := sorted(set(options.without) - set(environment.units())):
        raise UserError(f"--except {unknown[0]}: {environment.name} has no such unit. Nothing was applied.")
    for unit in manifest.units:
        if unit.name in options.without and unit.has_changes:
            console.print(f"{unit.name}: has changes that this run leaves (--except)", soft_wrap=True)
    manifest = replace(manifest, units=tuple(one for one in manifest.units if one.name not in options.without))
    if not any(unit.has_changes for unit in manifest.units):
        console.print("nothing to apply: no unit changes")
        return 0
    with _alone(environment), targets.opened(options.aws or None, environment) as opened:
        checks.same_target(manifest, opened.name)
        done = progress.load(folder)
        applying.Apply(folder, manifest, environment, opened, done, console, options.yes).run()
    console.print(f"applied: {', '.join(unit.name for unit in manifest.units if unit.has_changes)}")
    return 0


def _drift(options: argparse.Namespace) -> int:
    environment = _environment(options)
    repository = Repository(REPOSITORY)
    console = console_of(sys.stderr)
    with _alone(environment), targets.opened(options.aws or None, environment) as opened:
        known = affected.units(environment, repository.root)
        job = planning.Job(environment, known, dict.fromkeys(known, ""), opened, console)
        found = drift.find(job)
    about = {
        "environment": environment.name,
        "account_id": environment.account_id,
        "region": environment.region,
        "target": opened.name,
        "commit": repository.head(),
        "has_uncommitted": bool(repository.uncommitted()),
        "made": planning.now(),
    }
    if options.json:
        options.json.write_text(drift.as_json(found, about), encoding="utf-8")
    if options.markdown:
        options.markdown.write_text(drift.as_markdown(environment.name, found), encoding="utf-8")
    console_of().print(drift.table(environment.name, found))
    return drift.exit_status(found)


def _environment(options: argparse.Namespace) -> Environment:
    return environments.load(options.environment) if options.environment else environments.default()


def _alone(environment: Environment) -> AbstractContextManager[None]:
    """One run of Terragrunt in an environment at a time: two would share its caches."""
    waiting = f"units: another run on {environment.name} is under way in this checkout: waiting for it"
    return only_one(LOCAL / f"plan-{environment.name}.lock", lambda: print(waiting, file=sys.stderr))
