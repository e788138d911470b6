"""No shell block of a document is left out of the tests without a reason that stands in the document."""

from pathlib import Path

import pytest

from scripts.common.paths import REPOSITORY
from tests.support import documents
from tests.support.documents import Block

ALL = [block for path in documents.documents() for block in documents.blocks(path)]
TEXT = """# Title

```sh
first
```

```text
no command
```

<!-- before: printf x > file -->
<!-- not typed: it would never end -->

~~~bash
second
~~~

1. A step:
   ```sh
   third
     indented
   ```
"""


def read(text: str, monkeypatch: pytest.MonkeyPatch, folder: Path) -> list[Block]:
    monkeypatch.setattr(documents, "REPOSITORY", folder)
    document = folder / "some.md"
    document.write_text(text)
    return documents.blocks(document)


def test_every_shell_block_is_found_with_its_line_and_what_is_said_of_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first, second, third = read(TEXT, monkeypatch, tmp_path)
    assert (str(first), first.commands, first.is_typed) == ("some.md:3", "first\n", True)
    assert (str(second), second.commands) == ("some.md:14", "second\n")
    assert (second.before, second.not_typed, second.is_typed) == ("printf x > file", "it would never end", False)
    assert (str(third), third.commands, third.is_typed) == ("some.md:19", "third\n  indented\n", True)


def test_a_whole_document_can_be_typed_by_another_test(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = read("# Title\n\n<!-- typed by tests/some.py -->\n\n## One\n\n```sh\nls\n```\n", monkeypatch, tmp_path)
    assert [(block.typed_by, block.is_typed) for block in found] == [("tests/some.py", False)]


def test_a_comment_inside_the_text_says_nothing_about_the_whole_document(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = "# Title\n\n## One\n\n<!-- not typed: asks for a password -->\n```sh\nls\n```\n\n```sh\npwd\n```\n"
    assert [block.is_typed for block in read(text, monkeypatch, tmp_path)] == [False, True]


@pytest.mark.parametrize("block", [block for block in ALL if block.not_typed], ids=str)
def test_a_block_that_is_not_typed_has_a_reason(block: Block) -> None:
    assert len(block.not_typed.split()) >= 3, f"{block}: say why in a sentence"


@pytest.mark.parametrize("block", [block for block in ALL if block.typed_by], ids=str)
def test_the_test_that_types_a_block_exists(block: Block) -> None:
    assert (REPOSITORY / block.typed_by).is_file(), f"{block}: there is no {block.typed_by}"


def test_the_readme_is_typed() -> None:
    assert any(block.is_typed for block in documents.blocks(REPOSITORY / "README.md"))
