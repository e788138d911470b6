"""Processes that are killed, or whose calls fail, at a step that the test chooses."""

from collections.abc import Callable
from typing import Any


class Killed(BaseException):
    """The process is gone: nothing may catch this and go on."""


class Steps:
    """Counts steps over several objects, and ends at the one it is told; a call is a step before and one after."""

    def __init__(self, last: int, end: type[BaseException] = Killed) -> None:
        self.left = last
        self.end = end

    def counted(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **named: Any) -> Any:
            self._take()
            result = call(*arguments, **named)
            self._take()
            return result

        return step

    def _take(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise self.end


class Mortal:
    """Passes calls on, and dies, or fails, before or after the one that is its last."""

    def __init__(self, mortal: Any, steps: Steps) -> None:
        self._mortal = mortal
        self._steps = steps

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._mortal, name)
        return self._steps.counted(value) if callable(value) else value
