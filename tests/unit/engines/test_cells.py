from pathlib import Path

from tests.engines import cells
from tests.engines.cells import STEPS, Cell, Row


def row(engine: str, *passed: bool) -> Row:
    taken = tuple(
        Cell(step, one, "12 units unchanged" if one else "not sqs", 61.4, f"/logs/{step}.log")
        for step, one in zip(STEPS, passed, strict=False)
    )
    return Row(engine, "1.2.3", "2026-01-01T00:00:00+00:00", taken)


def test_a_row_is_kept_until_its_engine_runs_again(tmp_path: Path) -> None:
    path = tmp_path / "engines.json"
    assert cells.known(path) == {}
    for one in (row("terraform 1.11", True), row("tofu 1.10", True), row("terraform 1.11", True, False)):
        cells.record(one, path)
    assert cells.known(path) == {
        "terraform 1.11": row("terraform 1.11", True, False),
        "tofu 1.10": row("tofu 1.10", True),
    }


def test_an_engine_passed_only_with_every_step() -> None:
    assert row("tofu 1.10", *[True] * 6).passed
    assert not row("tofu 1.10", *[True] * 5).passed
    assert not row("tofu 1.10", *[True] * 5, False).passed


def test_the_table_names_the_log_of_what_failed_and_says_what_was_not_run() -> None:
    rows = {"tofu 1.10": row("tofu 1.10", True, True, False)}
    head, never, ran, failed = cells.table(["terraform 1.11", "tofu 1.10"], rows)
    assert all(step in head for step in STEPS)
    assert never.count("not run") == 6
    assert never.endswith("never")
    assert ran.count("ok 61 s") == 2
    assert ran.count("FAILED 61 s") == 1
    assert ran.count("not run") == 3
    assert failed == "tofu 1.10, second plan: not sqs (see /logs/second plan.log)"
