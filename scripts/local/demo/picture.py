"""The picture of a demo in the README: what it printed, as a terminal shows it."""

import re

from rich.console import Console

WIDTH = 104
"""Characters of a line; the tables need them."""
_TITLE = "make demo"
# Fonts of another site, which a picture in a README must not load; the reader's own monospaced font follows them.
_FONTS_FROM_ELSEWHERE = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def drawn(console: Console) -> str:
    """An SVG of all that a recording console has printed."""
    return _FONTS_FROM_ELSEWHERE.sub("", console.export_svg(title=_TITLE))
