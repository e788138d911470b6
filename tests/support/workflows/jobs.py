"""The jobs of a workflow in the order of their needs, as GitHub makes them of a file.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
"""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import yaml

from tests.support.workflows.expressions import filled, holds

_KNOWN = frozenset(
    {
        *("concurrency", "env", "environment", "if", "name", "needs", "permissions", "runs-on", "steps", "strategy"),
        *("timeout-minutes", "uses", "with"),
    }
)


@dataclass(frozen=True, slots=True)
class Job:
    """One job of one row of its matrix; `calls` is the file of another workflow that stands for it."""

    name: str
    needs: frozenset[str]
    condition: str
    content: Mapping[str, Any]
    names: Mapping[str, Any]
    matrix: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The job's name in the file."""
        return self.name.partition(" ")[0]

    @property
    def calls(self) -> PurePosixPath | None:
        """The workflow that it calls."""
        return PurePosixPath(self.content["uses"]) if "uses" in self.content else None

    @property
    def deployment_environment(self) -> str | None:
        """The protected environment that lets it begin."""
        named = self.content.get("environment")
        return None if named is None else str(filled(named, self.names))

    @property
    def minutes(self) -> int:
        """After which it is cancelled."""
        return int(self.content["timeout-minutes"])

    def is_wanted(self) -> bool:
        """Whether its `if` holds."""
        return not self.condition or holds(self.condition, self.names)

    def env(self) -> dict[str, str]:
        """Its variables."""
        return {name: str(filled(value, self.names)) for name, value in self.content.get("env", {}).items()}


def jobs_of(text: str, names: Mapping[str, Any]) -> list[Job]:
    """Every job of a workflow, those it needs before it."""
    found = yaml.safe_load(text)["jobs"]
    waiting = dict(found)
    ordered: list[Job] = []
    while waiting:
        ready = [key for key in waiting if not set(_needs(waiting[key])) & set(waiting)]
        assert ready, f"these jobs wait for each other: {sorted(waiting)}"
        for key in ready:
            ordered += _rows(key, waiting.pop(key), names)
    return ordered


def _rows(key: str, content: Mapping[str, Any], names: Mapping[str, Any]) -> Iterator[Job]:
    unknown = set(content) - _KNOWN
    assert not unknown, f"this test does not know {sorted(unknown)} of the job {key}"
    matrix = content.get("strategy", {}).get("matrix", {})
    for values in itertools.product(*matrix.values()):
        row = dict(zip(matrix, values, strict=True))
        name = " ".join([key, *values])
        yield Job(name, frozenset(_needs(content)), content.get("if", ""), content, {**names, "matrix": row}, row)


def _needs(content: Mapping[str, Any]) -> list[str]:
    needs = content.get("needs", [])
    return [needs] if isinstance(needs, str) else list(needs)
