"""Shows how far long work has come, where somebody is looking."""

import contextlib
import functools
import sys
from collections.abc import Callable, Iterator

Report = Callable[[str, int, int], None]
"""Takes a stage's name, how many of its parts are done, and of how many."""


def silent(stage: str, done: int, total: int) -> None:
    """Show nothing."""


@contextlib.contextmanager
def progress() -> Iterator[Report]:
    """Draw a bar for each stage on standard error, if that is a terminal."""
    if not sys.stderr.isatty():
        yield silent
        return
    with contextlib.ExitStack() as stack:
        bars = functools.cache(lambda: _bars(stack))
        yield lambda stage, done, total: bars()(stage, done, total)


def _bars(stack: contextlib.ExitStack) -> Report:
    # Takes longer to load than a build that finds nothing to do.
    from rich.console import Console
    from rich.progress import Progress, TaskID

    display = stack.enter_context(Progress(console=Console(stderr=True), transient=True))
    tasks: dict[str, TaskID] = {}

    def report(stage: str, done: int, total: int) -> None:
        if stage not in tasks:
            tasks[stage] = display.add_task(stage, total=total)
        display.update(tasks[stage], completed=done)

    return report
