"""The picture of what was printed is an image of its own, with all of it."""

import io
import re
from xml.etree import ElementTree

from rich.console import Console

from scripts.local.demo.picture import WIDTH, drawn


def test_picture_holds_each_line_and_loads_nothing() -> None:
    console = Console(record=True, width=WIDTH, file=io.StringIO())
    console.print("All counts add up: 5 files")
    svg = drawn(console)
    texts = "".join(ElementTree.fromstring(svg).itertext()).replace("\N{NO-BREAK SPACE}", " ")
    assert "All counts add up: 5 files" in texts
    assert not re.search(r"@font-face|url\((?!#)|href=", svg)
