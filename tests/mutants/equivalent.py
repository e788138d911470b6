"""Mutants that no test can kill, because the program does the same with them: they are not drawn."""

import re

_SQL = re.compile(
    r"\b(?:AND|BEGIN|CASE|COMMIT|DELETE|ELSE|FROM|INSERT|LIMIT|NULL|OR|ORDER|PRAGMA|ROLLBACK|SELECT|SET|UPDATE"
    r"|VALUES|WHEN|WHERE)\b"
)


def is_equivalent(diff: str) -> bool:
    """Tell whether a mutant, given as a unified diff, only writes SQL in lower case.

    Keywords and names may be written either way, and the texts in this project's statements are in lower case anyway.
    """
    before = [line[1:] for line in diff.splitlines() if line.startswith("-") and not line.startswith("---")]
    after = [line[1:] for line in diff.splitlines() if line.startswith("+") and not line.startswith("+++")]
    if len(before) != 1 or len(after) != 1:
        return False
    (old,), (new,) = before, after
    if old.lower() != new.lower() or not _SQL.search(old):
        return False
    changed = [number for number, (one, other) in enumerate(zip(old, new, strict=True)) if one != other]
    return all(new[number].islower() for number in changed) and not _SQL.search(new[changed[0] : changed[-1] + 1])
