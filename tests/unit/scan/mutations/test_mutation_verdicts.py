import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from scripts.scan.findings import Finding, Outcome
from scripts.scan.mutations import cli, report, scan
from scripts.scan.mutations.catalogue import Mutation
from scripts.scan.mutations.checks import Kill
from scripts.scan.mutations.trial import Verdict

FOLDER = Path("/mutants")


def failure(place: str, check: str, resource: str) -> Finding:
    return Finding(check, FOLDER / place, 1, resource, "Is safe", Outcome.FAILED)


FAILURES = [
    failure("unmutated/modules/sqs/main.tf", "CKV_AWS_27", "aws_sqs_queue.dead_letters"),
    failure("lost/modules/sqs/main.tf", "CKV_AWS_27", "aws_sqs_queue.dead_letters"),
    failure("open/modules/sqs/main.tf", "CKV_AWS_27", "aws_sqs_queue.this"),
    failure("open/modules/sqs/main.tf", "CKV_CSV_2", "aws_sqs_queue.this"),
]
MUTATION = Mutation.model_validate(
    {
        "id": "open",
        "weakens": "The queue is open.",
        "file": "modules/sqs/main.tf",
        "replace": "a",
        "with": "b",
        "checks": ["scan", "tests/test_queue.py"],
    }
)
FOUND = Kill("scan", "CKV_AWS_27")
FAILED = Kill("tests/test_queue.py", "test_the_queue_is_closed[dev]")


def test_a_finding_belongs_to_the_mutant_in_whose_copy_it_is() -> None:
    assert scan.attributed(FAILURES, FOLDER)["open"] == Kill("scan", "CKV_AWS_27, CKV_CSV_2")


def test_what_the_unmutated_module_has_too_kills_nothing() -> None:
    assert "lost" not in scan.attributed(FAILURES, FOLDER)


def test_nothing_is_attributed_to_the_unmutated_copy() -> None:
    assert scan.UNMUTATED not in scan.attributed(FAILURES, FOLDER)


@pytest.mark.parametrize(
    ("verdict", "missed", "killed", "as_expected"),
    [
        (Verdict(MUTATION, (FOUND, FAILED)), (), True, True),
        (Verdict(MUTATION, (FOUND,)), ("tests/test_queue.py",), True, False),
        (Verdict(MUTATION, ()), ("scan", "tests/test_queue.py"), False, False),
        (Verdict(MUTATION, (), "no verdict"), ("scan", "tests/test_queue.py"), False, False),
    ],
    ids=["killed by all", "killed by one", "survived", "inconclusive"],
)
def test_a_mutation_ends_as_expected_only_where_every_check_it_names_killed_it(
    verdict: Verdict, missed: tuple[str, ...], killed: bool, as_expected: bool
) -> None:
    assert (verdict.missed, verdict.killed, verdict.as_expected) == (missed, killed, as_expected)


def test_the_summary_ends_with_how_many_were_killed_and_names_the_rest() -> None:
    verdicts = [Verdict(MUTATION, (FOUND, FAILED)), Verdict(MUTATION, (FOUND,)), Verdict(MUTATION, ())]
    assert report.summary(verdicts).splitlines() == [
        "Survived: open",
        "Killed, but tests/test_queue.py missed open: fix the check or the entry",
        "killed 2 of 3",
    ]


def test_the_table_shows_what_killed_each_and_what_did_not() -> None:
    page = io.StringIO()
    Console(file=page, width=160).print(report.table([Verdict(MUTATION, (FOUND,)), Verdict(MUTATION, (FAILED,))]))
    assert "scan: CKV_AWS_27" in page.getvalue()
    assert "test_queue.py: test_the_queue_is_closed[dev]" in page.getvalue()
    assert "missed by tests/test_queue.py" in page.getvalue()


def test_the_json_says_the_same() -> None:
    said = json.loads(report.as_json([Verdict(MUTATION, (FAILED,)), Verdict(MUTATION, (), "no verdict")]))
    assert (said["mutants"], said["killed"]) == (2, 1)
    assert said["mutations"][0]["killed_by"] == [
        {"check": "tests/test_queue.py", "by": "test_the_queue_is_closed[dev]"}
    ]
    assert said["mutations"][0]["missed_by"] == ["scan"]
    assert said["mutations"][1]["inconclusive"] == "no verdict"


def test_a_wrong_name_ends_the_command_with_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--only", "no-such-mutation"]) == 1
    assert "There is no mutation no-such-mutation" in capsys.readouterr().err


def test_the_list_names_every_mutation_and_its_checks(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--list"]) == 0
    assert "sqs-no-dead-letters: A message that keeps failing" in capsys.readouterr().out
