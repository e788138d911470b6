"""A folder of plans as Markdown that fits a comment: the most dangerous first, and what was left out is said.

GitHub refuses a comment of more than 65,536 characters ("body is too long"):
https://github.com/mshick/add-pr-comment/issues/93 . Nothing of GitHub's own documentation states the number.
"""

from collections.abc import Iterator, Sequence

from scripts.units.changes import Change, Kind
from scripts.units.differences import Line
from scripts.units.findings import Found
from scripts.units.review import COLUMNS, Review, UnitReview

LIMIT = 60_000
"""Characters, below GitHub's limit so that a header of the workflow's own fits."""
MARKER = "<!-- units plan: {environment} -->"
"""The first line: by it a workflow finds the comment to update."""
_RESERVED = 1_000
"""What the sentence about what was left out may take."""
_LINES_OF_A_RESOURCE = 300
_LOUD_ROWS = 50


def render(review: Review, limit: int = LIMIT) -> str:
    """The whole comment, of at most `limit` characters."""
    manifest = review.manifest
    head = [
        MARKER.format(environment=manifest.environment),
        f"## Plan of {code(manifest.environment)}: {review.summary()}",
        "",
        f"Account {manifest.account_id}, {manifest.region}, {manifest.target}; commit {code(manifest.commit[:12])}; "
        f"made {manifest.made} with {', '.join(f'{name} {version}' for name, version in manifest.tools.items())}.",
        "",
        *_warnings(review),
        *_table(review),
    ]
    text = "\n".join(head) + "\n"
    room = limit - len(text) - _RESERVED
    parts: list[str] = []
    left_out: list[tuple[UnitReview, int]] = []
    for unit in review.changed:
        written, missing = _unit(unit, room)
        parts.append(written)
        room -= len(written)
        if missing:
            left_out.append((unit, missing))
    return (text + "".join(parts) + _left_out(left_out))[:limit]


def _warnings(review: Review) -> Iterator[str]:
    loud = list(review.loud())
    if loud:
        yield "> [!CAUTION]"
        yield f"> **Would delete what exists: {len(loud)}**"
        for unit, change in loud[:_LOUD_ROWS]:
            reason = f" ({plain(change.reason)})" if change.reason else ""
            yield f"> - **{change.kind}** {code(unit.name)} {code(change.address)}{reason}"
        if len(loud) > _LOUD_ROWS:
            yield f"> - and {len(loud) - _LOUD_ROWS} more"
        yield ""
    for text in review.warnings():
        yield from ("> [!WARNING]", f"> {plain(text)}", "")


def _table(review: Review) -> Iterator[str]:
    yield f"| unit | {' | '.join(COLUMNS)} | why it was planned, and what to know |"
    yield "|---|" + "--:|" * len(COLUMNS) + "---|"
    for unit in review.changed:
        counts = " | ".join(str(unit.count(kind) or "") for kind in COLUMNS)
        yield f"| {code(unit.name)} | {counts} | {plain('; '.join([unit.plan.reason, *unit.notes()]))} |"
    if review.unchanged:
        yield ""
        yield f"Planned, no changes: {', '.join(code(unit.name) for unit in review.unchanged)}."
    if not review.changed:
        yield ""
        yield "**Nothing to apply.**"


def _unit(unit: UnitReview, room: int) -> tuple[str, int]:
    """The details of a unit as far as there is room, and how many of its changes were left out."""
    opening = f"\n<details><summary>{_html(unit.name)}: {_counted(unit)}</summary>\n"
    closing = "\n</details>\n"
    used = len(opening) + len(closing)
    parts, missing = [], 0
    for change in [*unit.changes.resources, *unit.changes.outputs]:
        text = _change(change, unit.found.get(change.address, ()), is_output=change in unit.changes.outputs)
        if used + len(text) > room:
            missing += 1
            continue
        parts.append(text)
        used += len(text)
    return (opening + "".join(parts) + closing if parts else ""), missing


def _counted(unit: UnitReview) -> str:
    counts = [f"{unit.count(kind)} to {kind}" for kind in Kind if unit.count(kind)]
    if unit.changes.outputs:
        counts.append(f"outputs: {len(unit.changes.outputs)}")
    return ", ".join(counts)


def _change(change: Change, found: Sequence[Found], *, is_output: bool) -> str:
    title = f"\n**{change.kind}** {'output ' if is_output else ''}{code(change.address)}"
    title += f" — {plain(change.reason)}" if change.reason else ""
    findings = "".join(
        f"- {'**failed**' if one.failed else 'skipped'} {code(one.check)} {plain(one.title)}"
        + (f": {plain(one.reason)}\n" if one.reason else "\n")
        for one in found
    )
    return f"{title}\n\n{block(change.lines)}{findings}"


def block(lines: Sequence[Line]) -> str:
    """The lines of a diff in a fence that is longer than any in them."""
    if not lines:
        return ""
    shown = [str(line) for line in lines[:_LINES_OF_A_RESOURCE]]
    if len(lines) > _LINES_OF_A_RESOURCE:
        shown.append(f"  … {len(lines) - _LINES_OF_A_RESOURCE} lines left out")
    text = "\n".join(shown)
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}diff\n{text}\n{fence}\n"


def _left_out(units: Sequence[tuple[UnitReview, int]]) -> str:
    if not units:
        return ""
    total = sum(missing for _, missing in units)
    names = ", ".join(f"{missing} of {code(unit.name)}" for unit, missing in units[:20])
    return f"\n**Left out here for lack of space: {total} changes ({names}).** The page plan.html has all of them.\n"


def code(text: str) -> str:
    """Text that Markdown leaves alone, also in a table."""
    ticks = "`"
    while ticks in text:
        ticks += "`"
    padding = " " if len(ticks) > 1 else ""
    return f"{ticks}{padding}{text}{padding}{ticks}".replace("|", "\\|")


def plain(text: str) -> str:
    """Text in which nothing is markup, also in a table."""
    return _html("".join(f"\\{one}" if one in "\\`*_{}[]()#+!|~@" else one for one in text))


def _html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
