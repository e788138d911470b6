"""What must hold before anything of a folder of plans is applied: each refusal says that nothing was."""

from collections.abc import Mapping

from scripts.common.environments import Environment
from scripts.common.errors import UserError
from scripts.units.manifest import Manifest
from scripts.units.progress import Progress
from scripts.units.repository import Repository
from scripts.units.states import Seen


def same_tree(manifest: Manifest, repository: Repository) -> None:
    """Raise UserError where the checkout is not the commit that was planned."""
    if manifest.has_uncommitted:
        raise UserError(
            "These plans were made with changes that were not committed, so no commit says what they are. "
            "Nothing was applied. Commit, and plan again."
        )
    head = repository.head()
    if head != manifest.commit:
        raise UserError(
            f"These plans are of commit {manifest.commit[:12]}, and {head[:12]} is checked out. Nothing was applied. "
            f"Check {manifest.commit[:12]} out, or plan again."
        )
    repository.refuse_uncommitted("what would be applied is not what is checked out; nothing was applied")


def same_account(manifest: Manifest, environment: Environment) -> None:
    """Raise UserError where the environment has moved to another account or region since it was planned."""
    for what, planned, now in (
        ("account", manifest.account_id, environment.account_id),
        ("region", manifest.region, environment.region),
    ):
        if planned != now:
            raise UserError(
                f"These plans are for {what} {planned}, and {environment.name} is {what} {now} "
                f"(live/{environment.name}/env.hcl). Nothing was applied. Plan again."
            )


def same_target(manifest: Manifest, target: str) -> None:
    """Raise UserError where plans of a local AWS would be applied to a real one, or the reverse."""
    if manifest.target != target:
        raise UserError(
            f"These plans were made on {manifest.target}, and this shell would apply them to {target}. "
            "Nothing was applied. Plan again here."
        )


def not_stale(manifest: Manifest, progress: Progress, seen: Mapping[str, Seen]) -> None:
    """Raise UserError where somebody has written the state of a unit that is still to be applied.

    Terraform itself checks each plan as well ("Saved plan is stale"), but only when it is that unit's turn.
    """
    for unit in manifest.units:
        now = seen[unit.name].state
        if unit.name in progress.units or (now.serial, now.lineage) == (unit.state.serial, unit.state.lineage):
            continue
        raise UserError(
            f"The plan of {unit.name} is stale: its state was written since (serial {unit.state.serial or 'none'} when "
            f"it was planned, {now.serial or 'none'} now). Nothing was applied by this run. Plan again."
        )


def mocks_are_replaced(manifest: Manifest, progress: Progress) -> None:
    """Raise UserError where a plan holds mocks of a unit that this folder does not apply first."""
    applied = {unit.name for unit in manifest.units if unit.has_changes}
    for unit in manifest.units:
        if missing := sorted(set(unit.mocks) - applied):
            raise UserError(
                f"The plan of {unit.name} holds mocks in place of outputs of {', '.join(missing)}, which this folder "
                f"does not apply. {_nothing(progress)} Apply {', '.join(missing)} first, then plan again."
            )


def _nothing(progress: Progress) -> str:
    done = [name for name in progress.units if progress.is_done(name)]
    return f"Applied before: {', '.join(done)}." if done else "Nothing was applied."
