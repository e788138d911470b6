"""The verdicts for people, and for other programs."""

import json
from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table

from scripts.scan.mutations.trial import Verdict


def table(verdicts: Sequence[Verdict]) -> Table:
    """Each mutation, what it weakens, and what caught it."""
    result = Table(title="Weaknesses seeded one at a time", show_lines=True)
    result.add_column("mutation", overflow="fold", ratio=3)
    result.add_column("what is weakened", overflow="fold", ratio=4)
    result.add_column("caught by", overflow="fold", ratio=5)
    for one in verdicts:
        lines = [str(catch) for catch in one.catches]
        lines += [f"not judged: {one.problem}"] if one.problem else [f"missed by {guard}" for guard in one.missed]
        style = "" if one.held else "red"
        result.add_row(one.mutation.identifier, one.mutation.weakens, escape("\n".join(lines)), style=style)
    return result


def summary(verdicts: Sequence[Verdict]) -> str:
    """The last line: how many were caught, by name who survived, and which guards missed what they are named for."""
    survived = [one.mutation.identifier for one in verdicts if one.survived and not one.problem]
    unjudged = [one.mutation.identifier for one in verdicts if one.problem]
    blind = [
        f"{guard} missed {one.mutation.identifier}" for one in verdicts if not one.survived for guard in one.missed
    ]
    lines = [f"Survived: {', '.join(survived)}"] if survived else []
    lines += [f"Not judged: {', '.join(unjudged)}"] if unjudged else []
    lines += [f"Caught, though {miss}: mend the guard or the entry" for miss in blind]
    caught = sum(not one.survived for one in verdicts)
    return "\n".join([*lines, f"caught {caught} of {len(verdicts)} seeded"])


def as_json(verdicts: Sequence[Verdict]) -> str:
    """Everything, as one JSON document."""
    mutations = [
        {
            "id": one.mutation.identifier,
            "weakens": one.mutation.weakens,
            "file": one.mutation.file,
            "caught": not one.survived,
            "caught_by": [{"guard": catch.guard, "by": catch.by} for catch in one.catches],
            "missed_by": list(one.missed),
            "problem": one.problem,
        }
        for one in verdicts
    ]
    caught = sum(not one.survived for one in verdicts)
    return json.dumps({"seeded": len(verdicts), "caught": caught, "mutations": mutations}, indent=2)
