"""Plays one fault from a quiet environment to its repair, and measures what its alarm does."""

from dataclasses import dataclass

from scripts.local.cloudwatch.alarms import AlarmWatch
from scripts.local.cloudwatch.evaluation import State
from scripts.local.cloudwatch.metrics import MINUTE_SECONDS
from tests.alarms import runbooks
from tests.alarms.catalogue import CATALOGUE, Fault
from tests.alarms.world import World

_QUIET_MINUTES = 120


class AlarmError(AssertionError):
    """An alarm did not do what it is there for."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Minutes from the fault to the alarm, and from the repair to its end; what else rang meanwhile."""

    alarm: str
    fault: Fault
    fired: float
    cleared: float
    others: tuple[str, ...]


def key_of(world: World, alarm: str) -> str:
    """The alarm's name without that of the environment."""
    return alarm.removeprefix(f"{world.account.prefix}-")


def play(world: World, key: str) -> Outcome:
    """Let the fault of an alarm happen and be repaired; raises AlarmError."""
    alarm, fault = f"{world.account.prefix}-{key}", CATALOGUE[key]
    watches = [world.watch, *world.others]
    world.run(_QUIET_MINUTES)
    _expect_quiet(world, watches)
    began = world.now
    with fault.happens(world):
        if not world.run(fault.fires_within, lambda: all(alarm in one.ringing() for one in watches)):
            raise AlarmError(f"{alarm} does not ring within {fault.fires_within} minutes although {fault.said}")
        fired = world.watch.rang([alarm], since=began)[0].at
        others = world.watch.ringing() - {alarm}
        _expect_to_be_found(world, alarm, fault)
        _type(world, fault, runbooks.WHILE_IT_RINGS)
        world.run(fault.lasts)
        _type(world, fault, runbooks.THE_REPAIR)
    repaired = world.now
    _type(world, fault, runbooks.AFTER_THE_REPAIR)
    if not world.run(fault.clears_within, lambda: not any(alarm in one.ringing() for one in watches)):
        raise AlarmError(f"{alarm} still rings {fault.clears_within} minutes after the repair of: {fault.said}")
    cleared = world.now
    for watch in watches:
        if (times := len(watch.rang([alarm], since=began))) != 1:
            raise AlarmError(f"{alarm} rang {times} times for one fault, looking at {watch.extra_points} more points")
    told = [change.after for change in world.notified if change.alarm.name == alarm and change.at >= began]
    if told != [State.ALARM, State.OK]:
        raise AlarmError(f"the topic of {alarm} was told {told}, and not that it rings and that it is over")
    return Outcome(
        alarm,
        fault,
        (fired - began) / MINUTE_SECONDS,
        (cleared - repaired) / MINUTE_SECONDS,
        tuple(sorted(key_of(world, other) for other in others)),
    )


def _expect_to_be_found(world: World, alarm: str, fault: Fault) -> None:
    """Whoever is woken sees the alarm in the list of those that ring, and its page in its description."""
    (listed,) = runbooks.type_section(world, runbooks.INDEX, runbooks.ALL_THAT_RING)
    if listed.status or alarm not in listed.printed:
        raise AlarmError(f"{listed.block} does not name {alarm}:\n{listed.printed}")
    (found,) = [one for one in world.watch.alarms if one.name == alarm]
    page = f"docs/runbooks/{fault.runbook}.md"
    if not found.description.endswith(f"Runbook: {page}"):
        raise AlarmError(f"the description of {alarm} does not name {page}: {found.description}")


def _type(world: World, fault: Fault, section: str) -> None:
    for typed in runbooks.type_section(world, fault.runbook, section):
        needs_database = "csvbatch " in typed.block.commands
        is_down = fault.database_is_down and section == runbooks.WHILE_IT_RINGS
        if (typed.status == 0) is (needs_database and is_down):
            raise AlarmError(f"{typed.block} ended with {typed.status}:\n{typed.printed}")


def _expect_quiet(world: World, watches: list[AlarmWatch]) -> None:
    for watch in watches:
        if ringing := watch.ringing():
            raise AlarmError(f"nothing is wrong, and these ring: {', '.join(sorted(ringing))}")
