import os
import signal

import pytest

from scripts.common.signals import TerminatedError, hold_signals, raise_on_signals


def test_signal_to_end_becomes_an_exception_once() -> None:
    before = signal.getsignal(signal.SIGTERM)

    def end_twice() -> None:
        with raise_on_signals():
            try:
                os.kill(os.getpid(), signal.SIGTERM)
            finally:
                os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(TerminatedError, match="SIGTERM") as ended:
        end_twice()
    assert ended.value.exit_status == 143
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_signal_waits_while_signals_are_held() -> None:
    reached: list[str] = []

    def hold() -> None:
        with raise_on_signals(), hold_signals():
            os.kill(os.getpid(), signal.SIGTERM)
            reached.append("the end of the block")

    with pytest.raises(TerminatedError, match="SIGTERM"):
        hold()
    assert reached == ["the end of the block"]


def test_nothing_is_raised_where_no_signal_came() -> None:
    with raise_on_signals(), hold_signals():
        pass
