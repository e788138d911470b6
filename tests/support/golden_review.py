"""The plans of a real change of three units that `python -m tests.golden_review` keeps, and what is made of them."""

import io
from collections.abc import Mapping

from rich.console import Console

from scripts.common.paths import REPOSITORY
from scripts.units import findings, markdown, page, review, terminal
from scripts.units.folder import Folder

GOLDEN = REPOSITORY / "tests" / "golden_review" / "kept"


def rendered(folder: Folder) -> Mapping[str, str]:
    """The comment, the page and what a terminal shows, by the names of the files they are kept in."""
    found = review.load(folder, findings.read(folder))
    screen = io.StringIO()
    console = Console(file=screen, width=140, highlight=False)
    console.print(terminal.table(found))
    for line in [*terminal.loud(found), found.summary()]:
        console.print(line, markup=False)
    return {"plan.md": markdown.render(found), "plan.html": page.render(found), "terminal.txt": screen.getvalue()}
