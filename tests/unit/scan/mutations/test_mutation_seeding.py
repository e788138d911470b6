from pathlib import Path

import pytest

from scripts.common.errors import UserError
from scripts.scan.mutations import seeding
from scripts.scan.mutations.catalogue import Mutation

MODULE = """\
resource "aws_sqs_queue" "this" {
  name = var.name

  redrive_policy = jsonencode({
    maxReceiveCount = 5
  })
}

resource "aws_sqs_queue" "dead_letters" {
  name = var.other
}
"""


def mutation(replaced: str, replacement: str = "") -> Mutation:
    texts = {"id": "queue-forgets", "weakens": "Messages are lost.", "file": "modules/sqs/main.tf"}
    return Mutation.model_validate({**texts, "replace": replaced, "with": replacement, "checks": ["scan"]})


def test_lines_are_dropped_at_whatever_indentation_and_nothing_else_is_touched() -> None:
    weakened = seeding.mutated(mutation("redrive_policy = jsonencode({\n  maxReceiveCount = 5\n})"), MODULE)
    lost = "  redrive_policy = jsonencode({\n    maxReceiveCount = 5\n  })\n"
    assert lost in MODULE
    assert weakened == MODULE.replace(lost, "")


def test_lines_are_replaced_at_the_indentation_they_had() -> None:
    weakened = seeding.mutated(mutation("maxReceiveCount = 5", "maxReceiveCount = 1\n\nother = 2"), MODULE)
    assert weakened == MODULE.replace("    maxReceiveCount = 5\n", "    maxReceiveCount = 1\n\n    other = 2\n")


def test_blank_lines_between_the_lines_are_part_of_them() -> None:
    weakened = seeding.mutated(mutation("name = var.name\n\nredrive_policy = jsonencode({", "x = ({"), MODULE)
    assert weakened.startswith('resource "aws_sqs_queue" "this" {\n  x = ({\n    maxReceiveCount')


@pytest.mark.parametrize(
    ("replaced", "times"),
    [
        ("maxReceiveCount = 7", 0),
        ("maxReceiveCount", 0),
        ("redrive_policy = jsonencode({\n    maxReceiveCount = 5\n})", 0),
        ("}", 2),
    ],
    ids=["gone", "part of a line", "another indentation", "twice"],
)
def test_a_mutation_that_does_not_fit_exactly_once_says_that_the_catalogue_is_out_of_date(
    replaced: str, times: int
) -> None:
    with pytest.raises(UserError, match=rf"queue-forgets is out of date: the lines it replaces stand {times} times"):
        seeding.mutated(mutation(replaced), MODULE)


def test_a_mutation_of_a_file_that_is_gone_says_that_the_catalogue_is_out_of_date(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"queue-forgets is out of date: there is no file modules/sqs/main\.tf"):
        seeding.seeded(mutation("}"), tmp_path)


def test_a_copy_for_the_scan_holds_the_module_and_those_it_calls_without_their_tests(tmp_path: Path) -> None:
    for name, text in {
        "handler": 'module "function" {\n  source = "../function"\n}\n',
        "function": "",
        "other": "",
    }.items():
        (tmp_path / "modules" / name / "tests").mkdir(parents=True)
        (tmp_path / "modules" / name / "main.tf").write_text(text)
        (tmp_path / "modules" / name / "tests" / "main.tftest.hcl").write_text("")
    seeding.copy_for_scan(tmp_path, tmp_path / "copy", "handler")
    copied = [str(path.relative_to(tmp_path / "copy")) for path in sorted((tmp_path / "copy").rglob("*.*"))]
    assert copied == ["modules/function/main.tf", "modules/handler/main.tf"]


RUNS = """\
variables {
  name = "test"
}

run "one" {
  command = plan
}

run "another" {
  variables {
    name = "other"
  }
}
"""


def test_a_run_stands_alone_with_all_that_is_outside_of_runs(tmp_path: Path) -> None:
    (tmp_path / "queue.tftest.hcl").write_text(RUNS)
    alone = seeding.isolate(tmp_path / "queue.tftest.hcl", "another").read_text()
    assert 'run "another" {\n  variables {\n    name = "other"' in alone
    assert 'variables {\n  name = "test"\n}' in alone
    assert 'run "one"' not in alone
    assert (tmp_path / "queue.tftest.hcl").read_text() == RUNS


def test_a_run_that_is_gone_says_that_the_catalogue_is_out_of_date(tmp_path: Path) -> None:
    (tmp_path / "queue.tftest.hcl").write_text(RUNS)
    with pytest.raises(UserError, match="has no run third"):
        seeding.isolate(tmp_path / "queue.tftest.hcl", "third")
