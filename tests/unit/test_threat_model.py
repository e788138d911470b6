"""The threat model names its proofs, and they are there."""

import re

import pytest

from scripts.common.paths import REPOSITORY

TEXT = (REPOSITORY / "docs" / "threat-model.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`((?:tests|modules|scripts)/[^`\s]+)`", TEXT)))


def test_it_names_proofs() -> None:
    assert len(NAMED) > 40


@pytest.mark.parametrize("proof", NAMED)
def test_every_proof_that_it_names_is_there(proof: str) -> None:
    path, _, name = proof.partition("::")
    assert (REPOSITORY / path).exists()
    if name:
        assert f"def {name}(" in (REPOSITORY / path).read_text(encoding="utf-8")


def test_every_threat_has_a_proof() -> None:
    threats = [line for line in TEXT.splitlines() if line.startswith("| ") and line.count(" | ") == 2]
    headings = {"| asset | where it is | what its loss means |", "| threat | what defends | proven by |"}
    section = TEXT[TEXT.index("## Threats") : TEXT.index("## What is left")]
    unproven = [
        line for line in threats if line in section and line not in headings and "`" not in line.split(" | ")[2]
    ]
    assert len(threats) > 30
    assert unproven == []
