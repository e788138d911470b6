"""Names and settings come from the files that state them."""

from pathlib import Path

import pytest

from scripts.account import names as module
from scripts.account.names import FUNCTIONS, names, settings
from scripts.common import environments
from scripts.common.environments import Environment
from scripts.common.errors import UserError
from scripts.common.paths import REPOSITORY

OTHER = Environment("other", "333333333333", "eu-west-1")


def test_names_are_built_as_common_hcl_builds_them() -> None:
    found = names(OTHER)
    assert (found.prefix, found.secret) == ("csvbatch-other", "csvbatch-other-oracle-credentials")
    assert found.artifacts_bucket == "csvbatch-other-333333333333-eu-west-1-artifacts"
    assert found.batch_processor == "csvbatch-other-batch-processor"


@pytest.mark.parametrize("name", environments.names())
def test_every_environment_states_architecture_and_reservations(name: str) -> None:
    found = settings(environments.load(name))
    assert found.architecture in {"x86_64", "arm64"}
    assert set(found.reserved) == set(FUNCTIONS)


def test_topic_and_rule_are_called_what_their_modules_call_them() -> None:
    modules = REPOSITORY / "modules"
    found = names(OTHER)
    assert 'topic_name = "${var.name}-alarms"' in (modules / "monitoring" / "main.tf").read_text()
    assert 'rule_name = "${var.name}-object-created"' in "".join(
        path.read_text() for path in (modules / "eventbridge").glob("*.tf")
    )
    assert (found.topic, found.rule) == ("csvbatch-other-alarms", "csvbatch-other-object-created")


def stated(live: Path, text: str) -> Environment:
    (live / "other").mkdir()
    (live / "other" / "env.hcl").write_text(text)
    return Environment("other", "333333333333", "eu-west-1", live=live)


def test_reservations_are_numbers_or_null(tmp_path: Path) -> None:
    text = """
      architecture = "arm64"
      reserved_concurrency = {
        batch_processor = null # none
        request_handler = 8
      }
    """
    found = settings(stated(tmp_path, text))
    assert (found.reserved, found.reserved_in_all) == ({"batch_processor": None, "request_handler": 8}, 8)


@pytest.mark.parametrize(
    "text",
    [
        'architecture = "arm64"',
        'architecture = "arm64"\nreserved_concurrency = { batch_processor = 1 }',
        'architecture = "arm64"\nreserved_concurrency = { batch_processor = 1, request_handler = "4" }',
    ],
)
def test_what_is_not_stated_is_said(text: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="reserved_concurrency"):
        settings(stated(tmp_path, text))


def test_a_name_that_common_hcl_does_not_build_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "common.hcl").write_text('prefix = "a"\n')
    monkeypatch.setattr(module, "COMMON", tmp_path / "common.hcl")
    with pytest.raises(UserError, match="secret"):
        names(OTHER)
