"""A difference without a reason, and a reason without a difference, both count."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.second_aws import __main__ as command
from tests.second_aws.answers import CHOSEN, TIME, compared, normalised, questions
from tests.second_aws.differences import Difference, Judgement, Row, judge, read
from tests.second_aws.page import PAGE, written
from tests.second_aws.states import ACCOUNT, Resource, identifiers, of_state
from tests.second_aws.units import changes, failure
from tests.second_aws.workarounds import cut

MISSING = Difference("answer", "s3 GetBucketAcl: Owner.ID", "1", "2")
ROW = Row("answer", ("s3 GetBucketAcl: Owner.*",), "*", "2", "ours", "none", "it is so")


def judged(differences: Sequence[Difference], *rows: Row) -> Judgement:
    return judge(differences, rows)


def test_a_difference_with_a_reason_holds() -> None:
    assert judged([MISSING], ROW).holds


@pytest.mark.parametrize(
    "other",
    [
        Difference("denial", MISSING.call, "1", "2"),
        Difference("answer", "s3 GetBucketTagging: Owner.ID", "1", "2"),
        Difference("answer", MISSING.call, "1", "3"),
    ],
)
def test_a_difference_that_the_reason_is_not_about_has_none(other: Difference) -> None:
    judgement = judged([MISSING, other], ROW)
    assert judgement.unexplained == [other]
    assert not judgement.holds


def test_a_reason_that_nothing_needs_is_named() -> None:
    judgement = judged([], ROW)
    assert judgement.unneeded == ["answer: s3 GetBucketAcl: Owner.*"]
    assert not judgement.holds


def test_each_call_of_a_row_must_be_needed() -> None:
    row = Row("answer", (*ROW.calls, "s3 GetBucketCors: *"), "*", "*", "ours", "none", "it is so")
    assert judged([MISSING], row).unneeded == ["answer: s3 GetBucketCors: *"]


def test_what_was_not_compared_needs_no_difference() -> None:
    assert judge([], [ROW], kinds=["plan"]).holds


def test_brackets_and_question_marks_stand_for_themselves() -> None:
    row = Row("plan", ('network/aws_subnet.this["a?"] *',), "*", "*", "ours", "none", "it is so")
    assert judged([Difference("plan", 'network/aws_subnet.this["a?"] tags', "", "")], row).holds
    assert not row.explains(Difference("plan", 'network/aws_subnet.this["ab"] tags', "", ""))


def test_the_command_fails_on_a_difference_without_a_reason(capsys: pytest.CaptureFixture[str]) -> None:
    names = ("units", "files", "rows", "merged", "rejected", "denials", "requests that AWS refuses", "calls", "agreed")
    counts = dict.fromkeys((*names, "events"), 1)
    assert command._report(counts, judged([MISSING], ROW)) == 0
    assert command._report(counts, judged([MISSING])) == 1
    assert command._report(counts, judged([], ROW)) == 1
    assert "differences without a reason: 1\nreasons no longer needed: 0" in capsys.readouterr().out


def test_rows_of_the_table_are_complete_and_the_page_shows_them() -> None:
    rows = read()
    assert rows
    assert written(PAGE.read_text(encoding="utf-8"), rows) == PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("changed", [{"right": "nobody"}, {"kind": "x"}, {"reason": " "}, {"calls": []}, {"page": ""}])
def test_an_incomplete_row_is_refused(tmp_path: Path, changed: dict[str, Any]) -> None:
    row = {"kind": "plan", "calls": ["a"], "ours": "", "ministack": "", "right": "ours", "page": "none", "reason": "so"}
    file = tmp_path / "table.yaml"
    file.write_text(f"- {row | changed}", encoding="utf-8")
    with pytest.raises(ValueError, match=r"kind is one of|must be given"):
        read(file)


def answers_differ(ours: Any, other: Any, **identifiers: str) -> list[str]:
    mine, its = normalised(ours, {}), normalised(other, {value: name for name, value in identifiers.items()})
    return [f"{one.call} {one.ours} {one.ministack}" for one in compared("s3 Get", mine, its)]


def test_members_that_differ_are_named_by_their_path() -> None:
    ours = {"Rules": [{"ID": "a", "Days": 1}, {"ID": "b", "Days": 2}], "Owner": "x"}
    other = {"Rules": [{"ID": "b", "Days": 3}, {"ID": "a", "Days": 1}]}
    assert answers_differ(ours, other) == ["s3 Get: Owner x absent", "s3 Get: Rules[].Days 2 3"]


def test_times_and_what_a_service_chooses_are_no_difference() -> None:
    assert normalised({"LastModified": 1, "ETag": "a", "At": "2026-01-02T03:04:05Z", "ResponseMetadata": {}}, {}) == {
        "LastModified": TIME,
        "ETag": CHOSEN,
        "At": TIME,
    }


def test_a_member_that_one_leaves_out_is_a_difference_even_if_it_is_a_time() -> None:
    assert answers_differ({"LastModified": 1}, {}) == [f"s3 Get: LastModified {TIME} absent"]


def test_policies_are_compared_as_documents() -> None:
    assert answers_differ({"Policy": '{"a": [1, 2]}'}, {"Policy": '{ "a":[2,1] }'}) == []
    assert answers_differ({"Policy": '{"a": 1}'}, {"Policy": '{"a": 2}'}) == ["s3 Get: Policy.a 1 2"]


def state(identifier: str, description: str) -> list[Resource]:
    instance = {"attributes": {"id": identifier, "description": description}}
    resource = {"mode": "managed", "type": "aws_vpc", "name": "this", "instances": [instance]}
    return list(of_state("network", {"resources": [resource]}))


def test_identifiers_are_named_alike_and_other_texts_are_left_alone() -> None:
    ours, other = identifiers(state("vpc-11111111", "long enough"), state("vpc-22222222", "changed by one"))
    assert ours == {"vpc-11111111": "<network/aws_vpc.this id>"}
    assert normalised({"VpcId": "vpc-11111111"}, ours) == normalised({"VpcId": "vpc-22222222"}, other)


def test_questions_are_about_the_resources_of_the_state() -> None:
    asked = questions([Resource(ACCOUNT, ACCOUNT, {"bucket": "made-up"}), *state("vpc-11111111", "")])
    attributes = [one.parameters.get("Attribute") for one in asked.values() if one.about == "network/aws_vpc.this"]
    assert "enableDnsSupport" in attributes
    assert "made-up" in [one.parameters.get("Bucket") for one in asked.values()]


def test_a_member_that_only_one_list_has_is_named() -> None:
    ours = {"Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]}
    assert answers_differ(ours, {"Tags": [{"Key": "a", "Value": "1"}]}) == [
        's3 Get: Tags.b {"Key": "b", "Value": "2"} absent'
    ]


@pytest.mark.parametrize(
    ("wanted", "answered"),
    [
        ("bytes=2-4", (206, b"234", "bytes 2-4/10")),
        ("bytes=7-", (206, b"789", "bytes 7-9/10")),
        ("bytes=7-99", (206, b"789", "bytes 7-9/10")),
        (None, (200, b"0123456789", None)),
    ],
)
def test_a_range_that_ministack_ignores_is_cut(wanted: str | None, answered: object) -> None:
    assert cut("/bucket/key?versionId=x", wanted, 200, b"0123456789") == answered
    assert cut("/bucket/key", wanted, 200, b"0123456789") == (200, b"0123456789", None)
    assert cut("/bucket/key?versionId=x", wanted, 206, b"234") == (206, b"234", None)


def test_each_attribute_that_a_plan_would_change_is_a_difference_for_all_instances_together() -> None:
    change = {"actions": ["update"], "before": {"tags": {"a": "1"}, "id": "x"}, "after": {"tags": {}, "id": "x"}}
    plan = {"resource_changes": [{"address": f'aws_vpc.this["{one}"]', "change": change} for one in "ab"]}
    assert changes("network", plan) == {
        Difference("plan", "network/aws_vpc.this tags", "no change", 'update, read as {"a": "1"}')
    }


def test_a_plan_that_fails_is_told_by_its_unit() -> None:
    said = """
* Failed to execute "terraform plan -out=x" in ../cache/a/b/network

  Error: Provider produced invalid plan

  Provider "aws" has indicated "requires
  replacement". This is a bug.

  exit status 1
"""
    assert (
        failure("network", said) == 'Provider produced invalid plan Provider "aws" has indicated "requires replacement"'
    )
    assert failure("work", said) == ""


def test_a_plan_without_changes_has_no_difference() -> None:
    same = {"actions": ["no-op"], "before": {"id": "x"}, "after": {"id": "x"}}
    assert changes("network", {"resource_changes": [{"address": "aws_vpc.this", "change": same}]}) == set()
