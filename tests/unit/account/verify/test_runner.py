"""Steps are done once, in their order; what was done is remembered, and how to go on is said."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from scripts.account.verify import record, runner
from scripts.account.verify.context import Context, Step
from scripts.account.verify.record import FAILED, INTERRUPTED, PASSED, Record, StepRecord
from scripts.account.verify.steps import CLEANING, STEPS
from scripts.common.environments import Environment
from scripts.common.errors import UserError

OTHER = Environment("other", "333333333333", "eu-west-1")
NAMES = ("estimate", "backend", "apply", "wait", "destroy", "inventory")


class Steps:
    """Steps that note that they ran; one of them may raise something."""

    def __init__(self, **raised: BaseException) -> None:
        self.ran: list[str] = []
        self.raised = raised
        self.all = [Step(name, name, self._make(name)) for name in NAMES]

    def _make(self, name: str) -> Callable[[Context], str]:
        def run(_: Context) -> str:
            self.ran.append(name)
            if name in self.raised:
                raise self.raised.pop(name)
            return "done"

        return run


class Desk:
    """One record file, and runs of steps against it as different processes would make them."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "run.json"
        self.said: list[str] = []

    def run(self, steps: Steps, first: str | None = None, *, keep: bool = False) -> Record:
        found = record.load(self.file, OTHER, "somewhere") or record.new(OTHER, "somewhere")
        found.is_confirmed = True
        todo = runner.pending(steps.all, found, first, keep=keep, cleaning=CLEANING)
        context = cast(Any, type("C", (), {"record": found, "say": self.said.append}))
        runner.run(todo, context, self.file)
        return found

    @property
    def record(self) -> Record:
        found = record.load(self.file, OTHER, "somewhere")
        assert found
        return found


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_every_step_is_done_once_and_timed(desk: Desk) -> None:
    steps = Steps()
    desk.run(steps)
    assert steps.ran == list(NAMES)
    assert {step.outcome for step in desk.record.steps.values()} == {PASSED}
    assert all(step.seconds >= 0 for step in desk.record.steps.values())


def test_a_step_that_fails_ends_the_run_and_the_next_run_begins_with_it(desk: Desk) -> None:
    steps = Steps(apply=UserError("a call was denied"))
    with pytest.raises(UserError, match="a call was denied"):
        desk.run(steps)
    assert (desk.record.steps["apply"].outcome, desk.record.steps["apply"].detail) == (FAILED, "a call was denied")
    again = Steps()
    desk.run(again)
    assert steps.ran + again.ran == ["estimate", "backend", "apply", "apply", "wait", "destroy", "inventory"]


def test_an_interrupted_step_is_recorded_and_repeated(desk: Desk) -> None:
    with pytest.raises(KeyboardInterrupt):
        desk.run(Steps(wait=KeyboardInterrupt()))
    assert desk.record.steps["wait"].outcome == INTERRUPTED
    again = Steps()
    desk.run(again)
    assert again.ran == ["wait", "destroy", "inventory"]


def test_the_text_of_an_unexpected_error_is_not_recorded(desk: Desk) -> None:
    with pytest.raises(ZeroDivisionError):
        desk.run(Steps(wait=ZeroDivisionError("a value of a row")))
    assert desk.record.steps["wait"].detail == "unexpected ZeroDivisionError"


def test_a_kept_environment_is_destroyed_by_a_later_run(desk: Desk) -> None:
    steps = Steps()
    desk.run(steps, keep=True)
    assert steps.ran == ["estimate", "backend", "apply", "wait"]
    later = Steps()
    desk.run(later, "destroy")
    assert later.ran == ["destroy", "inventory"]


def test_from_a_step_on_everything_is_done_again(desk: Desk) -> None:
    desk.run(Steps(), keep=True)
    again = Steps()
    desk.run(again, "apply", keep=True)
    assert again.ran == ["apply", "wait"]


def test_what_is_destroyed_is_not_waited_for(desk: Desk) -> None:
    with pytest.raises(UserError):
        desk.run(Steps(wait=UserError("too long")))
    with pytest.raises(UserError):
        desk.run(Steps(inventory=UserError("a bucket is left")), "destroy")
    again = Steps()
    desk.run(again)
    assert again.ran == ["inventory"]


def test_without_a_yes_a_later_step_begins_with_the_question() -> None:
    empty = record.new(OTHER, "somewhere")
    todo = runner.pending(STEPS, empty, "apply", keep=False, cleaning=CLEANING)
    assert [step.name for step in todo] == [step.name for step in STEPS]


def test_cleaning_up_needs_no_record_of_what_was_made() -> None:
    empty = record.new(OTHER, "somewhere")
    todo = runner.pending(STEPS, empty, "destroy", keep=False, cleaning=CLEANING)
    assert [step.name for step in todo] == ["destroy", "inventory"]


def test_before_anything_is_made_nothing_has_to_be_destroyed() -> None:
    run = record.new(OTHER, "somewhere")
    run.steps["estimate"] = StepRecord(FAILED, 1, "not confirmed")
    assert (
        runner.how_to_go_on(run, "verify-account other", STEPS)
        == "Nothing was created. Try again: verify-account other"
    )


def test_once_something_is_made_both_ways_on_and_the_price_are_said() -> None:
    run = record.new(OTHER, "somewhere")
    run.facts["estimate"] = {"dollars_per_hour": "0.0612"}
    run.steps["backend"] = StepRecord(INTERRUPTED, 1, "interrupted")
    said = runner.how_to_go_on(run, "verify-account other", STEPS)
    assert "Continue after the last step that is done: verify-account other\n" in said
    assert "about $0.06 an hour" in said
    assert said.endswith("verify-account other --from destroy")


@pytest.mark.parametrize(
    ("environment", "endpoint"),
    [(Environment("other", "444444444444", "eu-west-1"), "somewhere"), (OTHER, "elsewhere")],
)
def test_a_run_is_not_continued_in_another_account_or_elsewhere(
    desk: Desk, environment: Environment, endpoint: str
) -> None:
    desk.run(Steps(), keep=True)
    with pytest.raises(UserError, match="End that run where it began"):
        record.load(desk.file, environment, endpoint)


def test_a_damaged_record_is_not_taken_for_an_empty_one(desk: Desk) -> None:
    desk.file.write_text("{", encoding="utf-8")
    with pytest.raises(UserError, match="damaged"):
        record.load(desk.file, OTHER, "somewhere")
