import threading
from pathlib import Path

import pytest

from scripts.common.errors import UserError
from scripts.common.paths import REPOSITORY
from scripts.local.aws.state import (
    Identity,
    Record,
    StateDirectory,
    default_parent,
    wait_until,
    write_atomically,
)

IDENTITY = Identity("dev", "123456789012", "eu-west-2")


@pytest.fixture
def state(tmp_path: Path) -> StateDirectory:
    directory = StateDirectory(tmp_path, "dev")
    directory.create()
    return directory


def test_record_is_read_as_it_was_written(state: StateDirectory) -> None:
    record = Record(IDENTITY, 4566, 17)
    state.write_record(record)

    assert state.record() == record


def test_record_names_account_and_endpoint() -> None:
    text = str(Record(IDENTITY, 4566, 17))

    assert text == "local AWS of dev: account 123456789012, region eu-west-2, https://127.0.0.1:4566"


def test_record_alone_is_no_server_that_runs(state: StateDirectory) -> None:
    state.write_record(Record(IDENTITY, 4566, 1))

    assert state.running() is None


def test_server_runs_for_as_long_as_its_lock_is_held(state: StateDirectory) -> None:
    record = Record(IDENTITY, 4566, 17)
    state.write_record(record)

    with state.lock_for_server(limit_seconds=0):
        while_held = state.running()

    assert while_held == record
    assert state.running() is None


def test_server_that_starts_does_not_run_yet(state: StateDirectory) -> None:
    state.write_record(Record(IDENTITY, 4566, pid=None))

    with state.lock_for_server(limit_seconds=0):
        assert state.running() is None


def test_lock_is_given_once(state: StateDirectory) -> None:
    with state.lock_for_server(limit_seconds=0), pytest.raises(UserError, match="another process holds"):
        state.lock_for_server(limit_seconds=0)


def test_damaged_record_says_how_to_go_on(state: StateDirectory) -> None:
    (state.path / "server.json").write_text('{"port": 1}')

    with pytest.raises(UserError, match=r"server\.json is damaged; delete it with: local-aws reset dev"):
        state.record()


def test_only_the_user_may_read_the_state(state: StateDirectory) -> None:
    assert state.path.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", ["", "Dev", "../dev", "dev/..", "1dev", "a" * 40])
def test_environment_must_have_the_name_of_a_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match="is not a valid environment name"):
        StateDirectory(tmp_path, name)


def test_state_is_kept_in_the_checkout_of_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another repository, or none, where the command is typed makes no difference."""
    for folder in ("none", "other"):
        (tmp_path / folder / "live" / "dev").mkdir(parents=True)
    (tmp_path / "other" / ".git").mkdir()

    for folder in ("none", "other/live/dev"):
        monkeypatch.chdir(tmp_path / folder)
        assert default_parent({}) == REPOSITORY / ".local" / "aws"


def test_state_is_kept_where_a_variable_says(tmp_path: Path) -> None:
    assert default_parent({"CSVBATCH_LOCAL_AWS_DIR": str(tmp_path)}) == tmp_path


def test_folder_of_the_state_may_not_depend_on_the_current_one() -> None:
    with pytest.raises(UserError, match="give an absolute path"):
        default_parent({"CSVBATCH_LOCAL_AWS_DIR": "state"})


def test_failed_write_leaves_the_old_content_and_no_other_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    write_atomically(file, b"old")

    with pytest.raises(TypeError):
        write_atomically(file, None)  # type: ignore[arg-type]

    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_waiting_ends_when_the_condition_holds() -> None:
    happened = threading.Event()
    timer = threading.Timer(0.05, happened.set)
    timer.start()

    assert wait_until(happened.is_set, limit_seconds=10)
    timer.join()


def test_waiting_ends_at_its_limit() -> None:
    assert not wait_until(lambda: False, limit_seconds=0)
