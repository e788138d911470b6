"""A Terraform file as a tree of Checkov's own parser, and its comments, which that parser drops.

The names of the tree's nodes are the rules of the grammar, `hcl2.lark` in bc-python-hcl2 (Checkov's fork; the
python-hcl2 that mypy sees in .venv has another grammar).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from hcl2.parser import hcl2  # type: ignore[attr-defined]
from lark import Token, Tree

type Node = Tree[Token]

_COMMENT = "_NEW_LINE_OR_COMMENT"
_FEWEST_WORDS = 2
_DIRECTIVE = "checkov:"


@dataclass(frozen=True, slots=True)
class Block:
    """A block at the top of a file."""

    tree: Node
    kind: str
    labels: tuple[str, ...]

    @property
    def address(self) -> str:
        """The name within its module, as Terraform and Checkov write it."""
        prefix = () if self.kind in ("resource", "data") else (self.kind,)
        return ".".join((*prefix, *self.labels))

    @property
    def first_line(self) -> int:
        """The line of its kind."""
        return int(self.tree.meta.line)

    @property
    def last_line(self) -> int:
        """The line of its closing brace."""
        return int(self.tree.meta.end_line)


@dataclass(frozen=True, slots=True)
class Source:
    """A file's tree, its text with every comment blanked, and the lines that hold a remark: a comment in words."""

    tree: Node
    code: str
    remarks: frozenset[int]

    def blocks(self) -> Iterator[Block]:
        """The blocks at the top of the file."""
        (body,) = self.tree.children
        assert isinstance(body, Tree), "the grammar's start is one body"
        for tree in body.children:
            if isinstance(tree, Tree) and tree.data == "block":
                kind, *labels = (name(part) for part in tree.children[:-1])
                yield Block(tree, kind, tuple(labels))

    def lines(self, block: Block) -> Iterator[tuple[int, str]]:
        """The numbered lines of a block, without comments."""
        lines = self.code.split("\n")
        return ((number, lines[number - 1]) for number in range(block.first_line, block.last_line + 1))

    def value(self, attribute: Node) -> str:
        """The expression of an attribute or of an object's element."""
        given = attribute.children[-1]
        return self.code[given.meta.start_pos : given.meta.end_pos].strip() if isinstance(given, Tree) else str(given)

    def explains(self, line: int) -> bool:
        """Whether a remark stands on that line, or alone on the line above."""
        above = self.code.split("\n")[line - 2] if line > 1 else ""
        return line in self.remarks or (line - 1 in self.remarks and not above.strip())


def parse(text: str) -> Source:
    """Parse a file; raises a LarkError where Checkov could not parse it either."""
    parser = hcl2.lark_parser.parse_interactive(text + "\n")
    code, remarks = text + "\n", set()
    for token in list(parser.iter_parse()):
        if token.type == _COMMENT:
            remarks |= set(_remarks(token))
            blank = "".join(sign if sign == "\n" else " " for sign in token)
            code = code[: token.start_pos] + blank + code[token.end_pos :]
    return Source(parser.resume_parse(), code, frozenset(remarks))


def name(node: Node | Token) -> str:
    """The name of a block, of an attribute or of an object's element, or a block's label."""
    first = next(node.scan_values(lambda _: True), "") if isinstance(node, Tree) else node
    return str(first).strip('"')


def _remarks(token: Token) -> Iterator[int]:
    for number, line in enumerate(token.split("\n"), token.line or 1):
        words = line.strip().lstrip("#/").strip()
        if not words.startswith(_DIRECTIVE) and len(words.split()) >= _FEWEST_WORDS:
            yield number
