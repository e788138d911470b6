"""The documentation site is built without a warning, shows every page, and asks no server for anything."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts.common.errors import UserError
from scripts.docs import site

_LOADED = re.compile(
    r"""<(?:script|img|iframe)[^>]+src="(https?:[^"]+)|<link[^>]+(?:stylesheet|preconnect)[^>]+(https?:[^"]+)"""
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    site.stage(folder)
    return site.build(folder)


def entries(nav: Any) -> Iterator[str]:
    """The pages of a navigation, at any depth."""
    for entry in nav:
        if isinstance(entry, str):
            yield entry
        else:
            for value in entry.values():
                yield from [value] if isinstance(value, str) else entries(value)


def test_every_page_is_in_the_navigation_once() -> None:
    configuration = tomllib.loads(site.CONFIGURATION.read_text(encoding="utf-8"))
    assert sorted(entries(configuration["project"]["nav"])) == sorted(site.pages())


def test_every_page_is_built(built: Path) -> None:
    expected = {page.replace("README.md", "index.md").replace(".md", ".html") for page in site.pages()}
    found = {path.relative_to(built).as_posix() for path in built.rglob("*.html")}
    assert found == expected | {"404.html"}


def test_a_reader_loads_nothing_from_another_server(built: Path) -> None:
    loaded = {
        address
        for page in built.rglob("*.html")
        for found in _LOADED.findall(page.read_text(encoding="utf-8"))
        for address in found
        if address
    }
    assert loaded == set()


def test_diagrams_are_shown_as_their_source(built: Path) -> None:
    page = (built / "docs" / "architecture.html").read_text(encoding="utf-8")
    assert "flowchart LR" in re.sub(r"<[^>]+>", "", page)
    assert 'class="mermaid"' not in page


@pytest.mark.parametrize("link", ["[gone](gone.md)", "[gone](state.md#no-such-heading)"])
def test_a_broken_link_fails_the_build(link: str, tmp_path: Path) -> None:
    site.stage(tmp_path)
    with (tmp_path / "pages" / "docs" / "glossary.md").open("a", encoding="utf-8") as page:
        page.write(f"\n{link}\n")
    with pytest.raises(UserError, match=r"glossary\.md"):
        site.build(tmp_path)
