"""What `make mutants` counts, and which mutants it leaves out."""

import subprocess
from pathlib import Path

import pytest

from scripts.common.paths import REPOSITORY
from tests.mutants.equivalent import is_equivalent
from tests.mutants.limits import OTHERS_SECONDS, limit_seconds, rounds
from tests.mutants.sample import PACKAGES, Fate, Outcome, Tally, fate_of
from tests.mutants.workspace import LEFT_OUT, WORKSPACE


@pytest.mark.parametrize(
    ("status", "fate"),
    [
        (1, Fate.KILLED),
        (2, Fate.KILLED),
        (3, Fate.KILLED),
        (0, Fate.SURVIVED),
        (33, Fate.NO_TEST),
        (-24, Fate.TIMED_OUT),
        (255, Fate.TIMED_OUT),
    ],
)
def test_a_status_is_what_became_of_a_mutant(status: int, fate: Fate) -> None:
    assert fate_of("it", status) is fate


def test_a_mutant_that_was_not_tried_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="it ended as 'not checked'"):
        fate_of("it", None)


def test_what_timed_out_is_neither_killed_nor_survived() -> None:
    fates = [Fate.KILLED] * 6 + [Fate.SURVIVED, Fate.NO_TEST] + [Fate.TIMED_OUT] * 2
    found = [Outcome(f"csvbatch.rows.checks.{number}", fate) for number, fate in enumerate(fates)]
    tally = Tally.count([*found, Outcome("csvbatch.cli.app.x", Fate.SURVIVED)], "rows")
    assert (tally.of[Fate.TIMED_OUT], tally.decided, tally.percent_killed) == (2, 8, 75.0)
    assert Tally.count([], "rows").percent_killed == 100.0


def test_every_package_of_the_library_is_mutated() -> None:
    folders = (REPOSITORY / "lambdas" / "csvbatch").glob("*/__init__.py")
    assert sorted(PACKAGES) == sorted(path.parent.name for path in folders)
    assert all((REPOSITORY / "lambdas" / "csvbatch" / folder).is_dir() for folder in LEFT_OUT)


def diff(before: str, after: str) -> str:
    return f"--- a.py\n+++ a.py\n@@ -1,2 +1,2 @@\n def f():\n-    {before}\n+    {after}\n"


@pytest.mark.parametrize(
    ("before", "after", "equivalent"),
    [
        ('run("UPDATE t SET a = NULL WHERE id = :id")', 'run("update t set a = null where id = :id")', True),
        ('run("UPDATE t SET a = NULL WHERE id = :id")', 'run("UPDATE T SET A = NULL WHERE ID = :ID")', False),
        ('run("UPDATE t SET a = 1")', 'run("XXUPDATE t SET a = 1XX")', False),
        ('run("COMMIT")', 'run("commit")', True),
        ('raise Error("WRONG_STATE")', 'raise Error("wrong_state")', False),
        ('say("There is no NULL here")', 'say("there is no null here")', True),
        ("return a", "return None", False),
    ],
)
def test_sql_in_lower_case_is_the_same_sql(before: str, after: str, equivalent: bool) -> None:
    assert is_equivalent(diff(before, after)) is equivalent


def test_a_mutant_meets_the_tests_of_its_package_and_then_the_fastest_others() -> None:
    own = {f"tests/unit/csvbatch/rows/test_a.py::test_{number}": 100.0 - number for number in range(3)}
    others = {f"tests/unit/csvbatch/cli/test_b.py::test_{number}": OTHERS_SECONDS / 2 for number in range(3)}
    mutant = "csvbatch.rows.checks.x_f__mutmut_1"
    assert rounds([*own, *others], {**own, **others}, mutant) == [list(own)[::-1], list(others)[:2]]
    assert rounds(others, others, mutant) == [list(others)[:2]]
    assert rounds([f"{test}[{number}]" for test in own for number in (1, 2)], {}, mutant) == [list(own)]


def test_a_limit_is_a_multiple_of_what_the_tests_take() -> None:
    assert limit_seconds([1.0, 2.0], 5.5) == 45


@pytest.mark.parametrize("path", [WORKSPACE / "mutants" / "src", REPOSITORY / "mutants" / "src"])
def test_nothing_that_mutmut_writes_is_seen_by_git(path: Path) -> None:
    command = ["git", "check-ignore", "--quiet", str(path)]
    assert subprocess.run(command, cwd=REPOSITORY, timeout=60, check=False).returncode == 0
