import argparse

import pytest

from scripts.local.aws import behaviour
from scripts.local.aws.behaviour import DEFAULT, Behaviour


def parsed(arguments: list[str]) -> Behaviour:
    parser = argparse.ArgumentParser()
    behaviour.add_arguments(parser)
    return behaviour.of(parser.parse_args(arguments))


@pytest.mark.parametrize(
    "asked", [DEFAULT, Behaviour(True, 30, 0), Behaviour(interface_seconds=1200), Behaviour(late_logs_seconds=0.25)]
)
def test_the_arguments_ask_for_what_they_were_made_of(asked: Behaviour) -> None:
    assert parsed(asked.arguments()) == asked


def test_the_default_needs_no_arguments() -> None:
    assert DEFAULT.arguments() == []


@pytest.mark.parametrize("option", ["--late-logs", "--keep-interfaces"])
def test_times_before_now_are_refused(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parsed([f"{option}=-1"])
    assert "-1 is less than 0" in capsys.readouterr().err


def test_a_behaviour_ends_with_its_block() -> None:
    with behaviour.using(Behaviour(new_account=True)):
        assert behaviour.current().new_account
    assert behaviour.current() == DEFAULT
