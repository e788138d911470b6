"""What a reader of a plan sees of values, and what nobody may see."""

import json
from typing import Any

import pytest

from scripts.units.differences import MAX_LINE, Values, lines

HIDDEN = "never-to-be-shown"


def shown(before: Any, after: Any, **others: Any) -> list[str]:
    return [str(line) for line in lines(Values(before, after, **others))]


def test_only_attributes_that_differ_are_shown() -> None:
    before = {"name": "chunks", "delay": 0, "tags": {"a": "b"}}
    assert shown(before, {**before, "delay": 5}) == ["- delay = 0", "+ delay = 5"]


def test_a_new_resource_shows_what_is_set_and_what_is_not_known_yet() -> None:
    said = shown(None, {"name": "chunks", "policy": None, "rules": []}, after_unknown={"arn": True, "rules": []})
    assert said == ["+ arn = (known after apply)", '+ name = "chunks"']


def test_a_destroyed_resource_shows_what_it_was() -> None:
    assert shown({"name": "chunks"}, None) == ['- name = "chunks"']


def test_what_forces_a_replacement_is_marked() -> None:
    said = shown({"name": "a"}, {"name": "b"}, forces=frozenset({"name"}))
    assert said == ['- name = "a"', '+ name = "b"  # forces replacement']


def test_json_in_a_text_is_compared_as_what_it_holds() -> None:
    policy = {"Statement": [{"Action": "s3:GetObject", "Effect": "Allow"}], "Version": "2012-10-17"}
    other = {"Statement": [{"Action": "s3:PutObject", "Effect": "Allow"}], "Version": "2012-10-17"}
    said = shown({"policy": json.dumps(policy)}, {"policy": json.dumps(other)})
    assert '-       "Action": "s3:GetObject"' in said
    assert '+       "Action": "s3:PutObject"' in said
    assert not any("2012" in line and not line.startswith(" ") for line in said)


@pytest.mark.parametrize(
    ("value", "sensitive"),
    [
        ({"password": HIDDEN}, {"password": True}),
        ({"password": HIDDEN}, True),
        ({"login": {"user": "u", "password": HIDDEN}}, {"login": {"password": True}}),
        ({"logins": [{"user": "u"}, {"password": HIDDEN}]}, {"logins": [{}, {"password": True}]}),
        ({"logins": [["a"], ["b", HIDDEN]]}, {"logins": [[], [False, True]]}),
        ({"document": json.dumps({"password": HIDDEN})}, {"document": True}),
        ({"tags": {"a": HIDDEN}}, {"tags": True}),
        # A set has fewer marks than members where Terraform cannot tell which member is which.
        ({"members": ["a", HIDDEN, "c"]}, {"members": [True]}),
    ],
)
@pytest.mark.parametrize(
    "side", ["created", "destroyed", "changed", "only the new value is marked", "not marked any more"]
)
def test_a_sensitive_value_is_never_shown(value: dict[str, Any], sensitive: Any, side: str) -> None:
    other = json.loads(json.dumps(value).replace(HIDDEN, f"{HIDDEN}-old"))
    said = {
        "created": lambda: shown(None, value, after_sensitive=sensitive),
        "destroyed": lambda: shown(value, None, before_sensitive=sensitive),
        "changed": lambda: shown(other, value, before_sensitive=sensitive, after_sensitive=sensitive),
        "only the new value is marked": lambda: shown(other, value, after_sensitive=sensitive),
        "not marked any more": lambda: shown(other, value, before_sensitive=sensitive),
    }[side]()
    assert said
    assert HIDDEN not in "\n".join(said)
    assert "sensitive" in "\n".join(said)


def test_a_sensitive_value_that_changes_is_said_to_change() -> None:
    said = shown({"p": "old"}, {"p": "new"}, before_sensitive={"p": True}, after_sensitive={"p": True})
    assert said == ["- p = (sensitive)", "+ p = (another sensitive value)"]


def test_a_sensitive_value_that_stays_is_not_shown_at_all() -> None:
    same = {"p": "same", "n": 1}
    assert shown(same, {**same, "n": 2}, before_sensitive={"p": True}, after_sensitive={"p": True}) == [
        "- n = 1",
        "+ n = 2",
    ]


def test_characters_that_a_terminal_obeys_are_shown_as_numbers() -> None:
    (line,) = shown(None, {"name": "a\x1b[31m\u202eb"})
    assert line.isprintable()
    assert "202e" in line


def test_a_long_line_is_cut_and_says_so() -> None:
    (line,) = shown(None, {"name": "a" * 5000})
    assert len(line) < MAX_LINE + 50
    assert "5009 characters" in line
