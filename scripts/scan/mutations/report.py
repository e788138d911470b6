"""The verdicts for people, and for other programs."""

import json
from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table

from scripts.scan.mutations.trial import Verdict


def table(verdicts: Sequence[Verdict]) -> Table:
    """Each mutation, what it weakens, and what killed it."""
    result = Table(title="Mutations of the configuration", show_lines=True)
    result.add_column("mutation", overflow="fold", ratio=3)
    result.add_column("what is weakened", overflow="fold", ratio=4)
    result.add_column("killed by", overflow="fold", ratio=5)
    for one in verdicts:
        lines = [str(kill) for kill in one.kills]
        lines += [f"inconclusive: {one.problem}"] if one.problem else [f"missed by {check}" for check in one.missed]
        style = "" if one.as_expected else "red"
        result.add_row(one.mutation.id, one.mutation.weakens, escape("\n".join(lines)), style=style)
    return result


def summary(verdicts: Sequence[Verdict]) -> str:
    """The last lines: who survived, who is inconclusive, which checks missed a mutant, and how many were killed."""
    survived = [one.mutation.id for one in verdicts if not one.killed and not one.problem]
    inconclusive = [one.mutation.id for one in verdicts if one.problem]
    lines = [f"Survived: {', '.join(survived)}"] if survived else []
    lines += [f"Inconclusive: {', '.join(inconclusive)}"] if inconclusive else []
    lines += [
        f"Killed, but {check} missed {one.mutation.id}: fix the check or the entry"
        for one in verdicts
        if one.killed
        for check in one.missed
    ]
    return "\n".join([*lines, f"killed {_killed(verdicts)} of {len(verdicts)}"])


def as_json(verdicts: Sequence[Verdict]) -> str:
    """Everything, as one JSON document."""
    mutations = [
        {
            "id": one.mutation.id,
            "weakens": one.mutation.weakens,
            "file": one.mutation.file,
            "killed": one.killed,
            "killed_by": [{"check": kill.check, "by": kill.by} for kill in one.kills],
            "missed_by": list(one.missed),
            "inconclusive": one.problem,
        }
        for one in verdicts
    ]
    return json.dumps({"mutants": len(verdicts), "killed": _killed(verdicts), "mutations": mutations}, indent=2)


def _killed(verdicts: Sequence[Verdict]) -> int:
    return sum(one.killed for one in verdicts)
