"""Ctrl-C in the middle: a terminal sends SIGINT to the whole foreground process group."""

import hashlib
import signal
from pathlib import Path

from tests.support.platform import Platform
from tests.support.state import Backend, applying, keys_that_rotate, wait_until


def test_no_lock_is_left_and_the_state_knows_what_was_begun(bootstrapped_dev: Platform, tmp_path: Path) -> None:
    with applying(bootstrapped_dev, "kms", tmp_path / "apply.log") as apply:
        begun = wait_until(lambda: keys_that_rotate(bootstrapped_dev), apply)
        apply.send(signal.SIGINT)
        ended = apply.end()
    assert ended.status != 0
    assert "Interrupt received." in ended.printed
    backend = Backend(bootstrapped_dev, "kms")
    assert backend.locks() == (None, None)
    (key,) = (one for one in backend.state()["resources"] if one["name"] == "this" and one["type"] == "aws_kms_key")
    assert {one["attributes"]["id"] for one in key["instances"]} == begun
    assert backend.recorded_digest() == hashlib.md5(backend.content()).hexdigest()
