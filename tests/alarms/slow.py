"""Which environments the tests of each push play, and which take their time at night."""

from typing import Any

import pytest

from scripts.common import environments as known


def environments() -> list[Any]:
    """Every environment; those of production are slow, because they are applied for these tests alone."""
    return [
        pytest.param(name, marks=[pytest.mark.slow] if known.load(name).production else []) for name in known.names()
    ]
