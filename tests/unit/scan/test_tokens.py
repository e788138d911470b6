from pathlib import Path

import pytest

from scripts.scan.sources import Skip, blocks, skips
from scripts.scan.tokens import Kind, tokens


def strings(text: str) -> list[str]:
    return [token.text for token in tokens(text) if token.kind is Kind.STRING]


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ('a = "*"', ["*"]),
        ('a = "${aws_kms_key.all[*].arn}"', ["{}"]),
        ('a = "${join("*", var.b)}/*"', ["{}/*"]),
        ('a = "\\"*"', ['\\"*']),
        ('a = "$${b}"', ["$${b}"]),
        ('a = "${{ b = "}" }["b"]}*"', ["{}*"]),
        ("a = <<-EOT\n  Action: *\n  EOT\n", ["  Action: *\n"]),
        ("a = b[*].arn # *", []),
        ('/* "a" */ // "b"', []),
    ],
)
def test_a_string_is_told_without_what_it_interpolates(text: str, inside: list[str]) -> None:
    assert strings(text) == inside


def test_tokens_know_their_lines_after_comments_and_texts_of_several() -> None:
    text = "/* one\ntwo */\na = <<EOT\n{\nEOT\nb = 1\n"
    assert {token.text: token.line for token in tokens(text) if token.kind is Kind.WORD} == {"a": 3, "b": 6}


def test_blocks_have_their_lines_and_addresses(tmp_path: Path) -> None:
    file = tmp_path / "main.tf"
    file.write_text(
        '# A queue.\nresource "aws_sqs_queue" "this" {\n  name = "}"\n}\n\nvariable "name" {\n}\nlocals {\n}\n'
    )
    assert [(block.address, block.first_line, block.last_line) for block in blocks(file)] == [
        ("aws_sqs_queue.this", 2, 4),
        ("variable.name", 6, 7),
        ("locals", 8, 9),
    ]


def test_a_skip_without_a_reason_has_an_empty_one() -> None:
    text = "#checkov:skip=CKV_AWS_18\n# checkov:skip=CKV2_AWS_5: made later\n"
    assert list(skips(tokens(text))) == [Skip("CKV_AWS_18", "", 1), Skip("CKV2_AWS_5", "made later", 2)]
