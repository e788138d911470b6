"""The page is safe to open, loads nothing, and shows deletions first."""

import re
from html.parser import HTMLParser

from scripts.units.changes import Kind
from scripts.units.findings import Found
from scripts.units.page import render
from tests.unit.units.made_up import change, review

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
VOID = {"meta", "path", "rect"}


class Reader(HTMLParser):
    """Collects the tags and what they refer to, and checks that each that opens is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.ids: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def close(self) -> None:
        super().close()
        assert not self._open


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


def test_values_are_text_and_never_markup() -> None:
    found = {EVIL: [Found(EVIL, EVIL, failed=True, reason=EVIL)]}
    page = read(render(review({"sqs": [change(EVIL, Kind.DESTROY, text=EVIL)]}, found)))
    assert not {"script", "img"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on")]


def test_the_page_loads_nothing() -> None:
    page = render(review({"sqs": [change("a.b")]}))
    reader = read(page)
    assert not {"link", "script", "img", "iframe", "object", "embed"} & set(reader.tags)
    assert all(
        not (value or "").startswith(("http", "//", "data")) for name, value in reader.attributes if name != "content"
    )
    assert "url(http" not in page
    assert "@import" not in page
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in reader.attributes


def test_every_link_leads_somewhere_and_no_place_is_there_twice() -> None:
    units = {"kms": [change("a.b", Kind.DESTROY), change("a.c")], "sqs": [], "iam": [change("a.b", Kind.REPLACE)]}
    reader = read(render(review(units)))
    links = {value for name, value in reader.attributes if name == "href"}
    assert links <= {f"#{one}" for one in reader.ids}
    assert len(reader.ids) == len(set(reader.ids))


def test_deletions_are_first_and_open() -> None:
    page = render(review({"kms": [change("a.new", Kind.CREATE, 100)], "sqs": [change("a.gone", Kind.DESTROY, 100)]}))
    assert page.index("1 resource that exists would be deleted") < page.index("<svg")
    assert re.search(r'<details class="resource destroy" id="sqs/a.gone" open>', page)
    assert re.search(r'<details class="resource add" id="kms/a.new" >', page)


def test_the_graph_shows_each_unit_with_its_counts() -> None:
    page = render(review({"kms": [change("a.b", Kind.CREATE)], "sqs": []}))
    assert page.count('class="box ') == 2
    assert page.count('class="arrow"') == 1
    assert '<tspan class="add">+1</tspan>' in page
    assert '<tspan class="none">~0</tspan>' in page
