"""Places the units of a plan for a drawing: a row for each step of the order, arrows from top to bottom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scripts.docs.units_graph import before

BOX_WIDTH, BOX_HEIGHT = 210, 46
_GAP_X, _GAP_Y = 20, 40
_MARGIN = 8


@dataclass(frozen=True, slots=True)
class Box:
    """A unit's place: its upper left corner."""

    name: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Arrow:
    """A curve of SVG from one unit to one that depends on it."""

    path: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """The places of all units, and the size of the whole."""

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    width: int
    height: int


def draw(needs: Mapping[str, Sequence[str]]) -> Drawing:
    """Place units; `needs` has each unit after those it depends on, and may name others, which are left out.

    An arrow that follows from two others is left out.
    """
    known = {name: frozenset(needed) & needs.keys() for name, needed in needs.items()}
    row: dict[str, int] = {}
    for name, needed in known.items():
        row[name] = max((row[one] + 1 for one in needed), default=0)
    rows = [[name for name in known if row[name] == step] for step in range(max(row.values(), default=-1) + 1)]
    widest = max(map(len, rows), default=0)
    boxes: dict[str, Box] = {}
    for step, names in enumerate(rows):
        indent = (widest - len(names)) * (BOX_WIDTH + _GAP_X) // 2
        for place, name in enumerate(names):
            x = _MARGIN + indent + place * (BOX_WIDTH + _GAP_X)
            boxes[name] = Box(name, x, _MARGIN + step * (BOX_HEIGHT + _GAP_Y))
    reached = before(known)
    arrows = [
        _arrow(boxes[one], boxes[name])
        for name, needed in known.items()
        for one in sorted(needed - frozenset[str]().union(*(reached[other] for other in needed)))
    ]
    width = max((box.x for box in boxes.values()), default=0) + BOX_WIDTH + _MARGIN
    height = max((box.y for box in boxes.values()), default=0) + BOX_HEIGHT + _MARGIN
    return Drawing(tuple(boxes.values()), tuple(arrows), width, height)


def _arrow(first: Box, then: Box) -> Arrow:
    start_x, start_y = first.x + BOX_WIDTH // 2, first.y + BOX_HEIGHT
    end_x, end_y = then.x + BOX_WIDTH // 2, then.y - 4
    bend = _GAP_Y // 2
    return Arrow(f"M{start_x} {start_y} C{start_x} {start_y + bend} {end_x} {end_y - bend} {end_x} {end_y}")
