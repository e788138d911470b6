"""Terraform files read with Checkov's parser: places, addresses, wildcards in strings, and skips."""

from pathlib import Path

import pytest

from scripts.common.errors import UserError
from scripts.scan import sources
from scripts.scan.findings import Outcome
from scripts.scan.sources import Block, Skip

POLICY = 'data "aws_iam_policy_document" "this" {{\n  statement {{\n    resources = [{text}]{comment}\n  }}\n}}\n'


def blocks(folder: Path, text: str) -> list[Block]:
    file = folder / "main.tf"
    file.write_text(text)
    return sources.blocks([file])


def test_blocks_have_their_lines_and_addresses(tmp_path: Path) -> None:
    found = blocks(
        tmp_path,
        '# A queue.\nresource "aws_sqs_queue" "this" {\n  name = "}"\n}\n\nvariable "name" {\n}\nlocals {\n}\n',
    )
    assert [(block.address, block.first_line, block.last_line) for block in found] == [
        ("aws_sqs_queue.this", 2, 4),
        ("variable.name", 6, 7),
        ("locals", 8, 9),
    ]


@pytest.mark.parametrize(
    ("text", "comment", "lines"),
    [
        ('"*"', "", [3]),
        ('"*"', " # Every table of the account.", []),
        ('"*"', " # why", [3]),
        ('"*"', " # checkov:skip=CKV_AWS_1: another check", [3]),
        ("aws_kms_key.all[*].arn", "", []),
        ('"${aws_kms_key.all[*].arn}"', "", []),
        ('"${join("*", var.b)}"', "", []),
        ('"${join("*", var.b)}/*"', "", [3]),
        ('"# this is *"', "", [3]),
    ],
)
def test_a_wildcard_in_a_string_needs_a_reason_in_words(
    tmp_path: Path, text: str, comment: str, lines: list[int]
) -> None:
    (block,) = blocks(tmp_path, POLICY.format(text=text, comment=comment))
    assert block.broken == {"CKV_CSV_7": lines}


def test_a_reason_above_is_of_the_line_below_it_alone(tmp_path: Path) -> None:
    text = 'locals {\n  resources = [\n    # Each table of the account.\n    "a*",\n    "b*",\n  ]\n}\n'
    (block,) = blocks(tmp_path, text)
    assert block.broken["CKV_CSV_7"] == [5]


def test_what_a_statement_denies_needs_no_reason(tmp_path: Path) -> None:
    text = POLICY.format(text='"*"', comment='\n    effect = "Deny"')
    (block,) = blocks(tmp_path, text)
    assert block.broken["CKV_CSV_7"] == []


def test_a_comment_is_not_taken_for_a_secret(tmp_path: Path) -> None:
    text = (
        'output "place" {\n  # Not the secret_string of the version.\n  value = aws_secretsmanager_secret.this.arn\n}\n'
    )
    (block,) = blocks(tmp_path, text)
    assert block.broken["CKV_CSV_9"] == []


def test_a_skip_with_a_reason_holds_for_a_rule_on_source(tmp_path: Path) -> None:
    text = 'variable "password" {\n  #checkov:skip=CKV_CSV_9: made up for a test\n  default = "x"\n}\n'
    (finding,) = (one for block in blocks(tmp_path, text) for one in block.findings())
    assert (finding.outcome, finding.reason) == (Outcome.SKIPPED, "made up for a test")


def test_a_skip_without_a_reason_has_an_empty_one(tmp_path: Path) -> None:
    file = tmp_path / "component.hcl"
    file.write_text("#checkov:skip=CKV_AWS_18\n# checkov:skip=CKV2_AWS_5: made later\n")
    assert sources.skips(file) == [Skip("CKV_AWS_18", "", 1), Skip("CKV2_AWS_5", "made later", 2)]


def test_a_file_that_checkov_s_parser_cannot_read_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"main\.tf:2: Checkov's parser cannot read this line"):
        blocks(tmp_path, "locals {\n  a = = 1\n}\n")
