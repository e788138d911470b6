"""The diagram of the units shows their order and no arrow that follows from others."""

from scripts.docs.units_graph import before, flowchart

UNITS = {
    "kms": frozenset[str](),
    "s3": frozenset({"kms"}),
    "iam": frozenset({"kms", "s3"}),
    "network": frozenset({"iam", "s3"}),
}


def test_units_that_come_before_are_found_through_others() -> None:
    assert before(UNITS)["network"] == {"kms", "s3", "iam"}


def test_arrows_that_follow_from_others_are_left_out() -> None:
    assert flowchart(UNITS) == "flowchart LR\n  kms\n  kms --> s3\n  s3 --> iam\n  iam --> network\n"
