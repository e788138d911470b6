"""`mutmut run`, with fewer runs of tests.

mutmut measures the tests and then runs all of them once more without a mutant: this run is left out. Its other
precaution stays: a mutant that raises everywhere has to fail.

A mutant meets the tests of its own package first. Only one that survives them meets others that reach it: the fastest
that together take no more than `OTHERS_SECONDS`, so that a survivor does not cost a minute.
"""

import traceback
from collections.abc import Iterable
from pathlib import Path

from mutmut.__main__ import cli
from mutmut.runners.harness import PytestRunner
from mutmut.workers.isolation import ForkServerRunner

from tests.mutants.limits import measured, rounds


class Runner(PytestRunner):
    """Runs the tests of a mutant until one fails."""

    def run_tests(self, *, mutant_name: str | None, tests: Iterable[str]) -> int:
        """Give the status of the last round; keep the traceback of an error, which mutmut would drop."""
        if mutant_name is None:
            return super().run_tests(mutant_name=None, tests=tests)
        log = Path("errors.log").absolute()
        try:
            for each in rounds(tests, measured(Path("mutants")), mutant_name):
                if status := super().run_tests(mutant_name=mutant_name, tests=each):
                    return status
        except Exception:
            with log.open("a", encoding="utf-8") as stream:
                stream.write(f"{mutant_name}\n{traceback.format_exc()}\n")
            raise
        return 0


def passed_already(_runner: ForkServerRunner, tests: Iterable[str]) -> int:
    """Give the status of a run in which every test passed."""
    return 0


def with_rounds(runner: ForkServerRunner) -> None:
    """Let the server of workers run tests in rounds."""
    runner.test_runner_class = Runner
    _startup(runner)


_startup = ForkServerRunner.startup

if __name__ == "__main__":
    ForkServerRunner.run_clean_tests = passed_already  # type: ignore[method-assign]
    ForkServerRunner.startup = with_rounds  # type: ignore[method-assign]
    cli()
