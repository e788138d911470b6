"""Runs the steps that are not done yet, times them, and records each, so that a run can be continued."""

import time
from collections.abc import Sequence
from pathlib import Path

from scripts.account.verify.context import Context, Step
from scripts.account.verify.record import FAILED, INTERRUPTED, PASSED, Record, StepRecord
from scripts.common.errors import UserError

MAKES_FIRST = "backend"
"""The first step that makes anything in the account."""


def pending(
    steps: Sequence[Step], record: Record, first: str | None, *, keep: bool, cleaning: Sequence[str]
) -> list[Step]:
    """The steps to do: those that are not done, and with `first` all from that one on.

    Nothing is made before a person has agreed to it: without that, a run begins with its first step, unless it only
    cleans up. Once the environment is destroyed, only cleaning up is left.
    """
    names = [step.name for step in steps]
    if first:
        record.forget(names[names.index(first) :])
    begin = names.index(first) if first and (record.is_confirmed or first in cleaning) else 0
    if any(record.has_passed(name) for name in cleaning):
        begin = max(begin, names.index(cleaning[0]))
    return [step for step in steps[begin:] if not record.has_passed(step.name) and not (keep and step.name in cleaning)]


def run(steps: Sequence[Step], context: Context, file: Path) -> None:
    """Do the steps in their order; the first that fails ends the run, with what it raises.

    The record is saved after each step, and when one fails or is interrupted.
    """
    for number, step in enumerate(steps, start=1):
        context.say(f"{number}/{len(steps)} {step.title} ({step.name})")
        started = time.monotonic()
        outcome, detail = INTERRUPTED, "interrupted"
        try:
            detail = step.run(context)
            outcome = PASSED
        except UserError as error:
            outcome, detail = FAILED, str(error)
            raise
        except Exception as error:
            outcome, detail = FAILED, f"unexpected {type(error).__name__}"
            raise
        finally:
            seconds = time.monotonic() - started
            context.record.steps[step.name] = StepRecord(outcome, seconds, detail)
            context.record.save(file)
            context.say(f"{outcome} after {seconds:.0f} s: {detail}")


def how_to_go_on(record: Record, command: str, steps: Sequence[Step]) -> str:
    """What to type after a run that did not end well; what is there costs money until it is destroyed."""
    names = [step.name for step in steps]
    if not any(name in record.steps for name in names[names.index(MAKES_FIRST) :]):
        return f"Nothing was created. Try again: {command}"
    price = record.facts.get("estimate", {}).get("dollars_per_hour")
    cost = f" (about ${float(price):.2f} an hour)" if price else ""
    return (
        f"Continue after the last step that is done: {command}\n"
        f"Or destroy what is there, which costs money until then{cost}: {command} --from destroy"
    )
