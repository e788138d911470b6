import os
import signal

import pytest

from scripts.common.signals import TerminatedError, raise_on_signals


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
