"""The report of a run, finished or not."""

import json
from pathlib import Path

from scripts.account.verify import record, report
from scripts.account.verify.record import FAILED, PASSED, Record, StepRecord
from scripts.account.verify.steps import NAMES
from scripts.common.environments import Environment

OTHER = Environment("other", "333333333333", "eu-west-1")
LEFT = {"kind": "bucket", "name": "csvbatch-other-data", "note": "", "is_expected": False}
STAYS = {"kind": "KMS key", "name": "k", "note": "deleted on 2026-12-07", "is_expected": True}


def failed_at(step: str) -> Record:
    run = record.new(OTHER, "somewhere")
    for name in NAMES[: NAMES.index(step)]:
        run.steps[name] = StepRecord(PASSED, 2.04, "done")
    run.steps[step] = StepRecord(FAILED, 1.0, "one | two\nthree")
    return run


def test_a_step_that_was_not_reached_does_not_count_as_passed(tmp_path: Path) -> None:
    as_json, _ = report.write(failed_at("wait"), tmp_path)
    found = json.loads(as_json.read_text(encoding="utf-8"))
    assert not found["passed"]
    outcomes = {one["step"]: one["outcome"] for one in found["steps"]}
    assert (outcomes["apply"], outcomes["wait"], outcomes["destroy"]) == ("passed", "failed", "not reached")
    assert found["seconds"] == round(2.04 * NAMES.index("wait") + 1.0, 1)


def test_only_a_run_whose_steps_all_passed_has_passed(tmp_path: Path) -> None:
    run = failed_at("inventory")
    run.steps["inventory"] = StepRecord(PASSED, 1.0, "nothing is left")
    as_json, _ = report.write(run, tmp_path)
    assert json.loads(as_json.read_text(encoding="utf-8"))["passed"]


def test_the_table_for_people_stays_a_table_whatever_a_step_found(tmp_path: Path) -> None:
    run = failed_at("inventory")
    run.facts["inventory"] = [LEFT, STAYS]
    _, as_text = report.write(run, tmp_path)
    text = as_text.read_text(encoding="utf-8")
    assert r"| failed | 1 | one \| two<br>three |" in text
    assert "| bucket | csvbatch-other-data | LEFT BEHIND  |" in text
    assert "| KMS key | k | deleted on 2026-12-07 |" in text


def test_the_terminal_shows_every_step_with_its_time() -> None:
    shown = report.table(failed_at("wait"))
    assert shown.row_count == len(NAMES)
    assert list(shown.columns[1].cells)[NAMES.index("wait")] == "failed"
    assert "2" in shown.columns[2].cells
