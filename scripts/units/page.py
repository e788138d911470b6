"""A folder of plans as one HTML page that loads nothing: no script, no font, no picture."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from scripts.units import graph
from scripts.units.review import COLUMNS, Review

# Values of plans come from the account and the tree, so all of them are escaped:
# https://docs.astral.sh/ruff/rules/jinja2-autoescape-false/
_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_SIGNS = "+~±-"
"""What stands before the count of each column in the graph."""
_SHOWN_LINES = 40
"""A resource with more lines is folded."""


def render(review: Review) -> str:
    """The page."""
    drawing = graph.draw({unit.name: unit.plan.needs for unit in review.units})
    return _TEMPLATES.get_template("plan.html.j2").render(
        review=review,
        manifest=review.manifest,
        loud=list(review.loud()),
        columns=list(zip(COLUMNS, _SIGNS, strict=True)),
        drawing=drawing,
        box=(graph.BOX_WIDTH, graph.BOX_HEIGHT),
        by_name={unit.name: unit for unit in review.units},
        shown_lines=_SHOWN_LINES,
    )
