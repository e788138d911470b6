import pytest

from scripts.common.errors import UserError, run_main


def failing(error: BaseException) -> int:
    raise error


def test_a_command_that_ends_well_keeps_its_exit_status() -> None:
    assert run_main("tool", lambda: 3) == 3


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (UserError("no room. Make room"), 7, "tool: no room. Make room\n"),
        (UserError("not asked properly", exit_status=2), 2, "tool: not asked properly\n"),
        (OSError("disk full"), 7, "tool: disk full\n"),
        (KeyboardInterrupt(), 130, "tool: interrupted\n"),
    ],
    ids=["user error", "with a status", "expected", "Ctrl-C"],
)
def test_a_failure_is_one_sentence_on_standard_error_and_an_exit_status(
    error: BaseException, status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_main("tool", lambda: failing(error), expected=(OSError,), failure_status=7) == status
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", said)


def test_what_nobody_expects_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError):
        run_main("tool", lambda: 1 // 0)
