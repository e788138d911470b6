"""What counts as a description that AWS accepts, and where plans show one."""

import pytest

from tests.support.descriptions import EC2, Description, limit_of, planned

PLAN = """
  # aws_vpc_security_group_egress_rule.out will be created
  + resource "aws_vpc_security_group_egress_rule" "out" {
      + description            = "To \\"it\\""
      + id                     = (known after apply)
    }

  # aws_iam_role.one will be updated in-place
  ~ resource "aws_iam_role" "one" {
      ~ description            = "old" -> "new"
    }
"""
STATE = """
# aws_cloudwatch_metric_alarm.this["queue-age"]:
resource "aws_cloudwatch_metric_alarm" "this" {
    alarm_description = "A chunk waits"
    alarm_name        = "queue-age"
}
"""


def test_plans_and_states_show_descriptions() -> None:
    assert list(planned(PLAN + STATE)) == [
        Description("aws_vpc_security_group_egress_rule", "out", "description", 'To "it"'),
        Description("aws_iam_role", "one", "description", "new"),
        Description("aws_cloudwatch_metric_alarm", "this", "alarm_description", "A chunk waits"),
    ]


@pytest.mark.parametrize("text", ["", "a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*", "x" * 255])
def test_ec2_accepts_what_its_reference_lists(text: str) -> None:
    assert EC2.accepts(text)


@pytest.mark.parametrize(
    "text", ["the platform's", 'a "word"', "naïve", "a\nb", "50%", "a|b", "a?", "<b>", "~", "^", "x" * 256]
)
def test_ec2_refuses_every_other_character_and_length(text: str) -> None:
    assert not EC2.accepts(text)


@pytest.mark.parametrize(
    ("resource_type", "attribute", "refused"),
    [
        ("aws_iam_role", "description", "→"),
        ("aws_iam_role", "description", "x" * 1001),
        ("aws_kms_key", "description", "x" * 8193),
        ("aws_lambda_function", "description", "x" * 257),
        ("aws_cloudwatch_event_rule", "description", "x" * 513),
        ("aws_scheduler_schedule", "description", "x" * 513),
        ("aws_cloudwatch_metric_alarm", "alarm_description", "x" * 1025),
        ("aws_secretsmanager_secret", "description", "x" * 2049),
        ("aws_sns_topic", "display_name", "x" * 101),
    ],
)
def test_other_services_refuse_by_their_own_models(resource_type: str, attribute: str, refused: str) -> None:
    limit = limit_of(resource_type, attribute)
    assert limit is not None
    assert not limit.accepts(refused)
    assert limit.accepts("Validates the rows of one chunk")


def test_a_description_without_a_rule_is_a_problem() -> None:
    unknown = Description("aws_new_thing", "this", "description", "text")
    assert unknown.problem == "aws_new_thing.this: description has no rule in tests/support/descriptions.py"
