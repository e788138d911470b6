"""`python -m scripts.scan.source`: reads paths of Terraform files from standard input, prints their blocks as JSON.

For each block: kind, address, first and last line, and by rule the lines that break it.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lark.exceptions import LarkError, UnexpectedInput

from scripts.scan.source import secrets, wildcards
from scripts.scan.source.text import Block, Source, parse

_CAN_GRANT = ("data", "locals", "resource")


def main() -> int:
    """Print a list of blocks; one line on standard error and exit status 1 where a file cannot be parsed."""
    found = []
    for file in map(Path, sys.stdin.read().splitlines()):
        try:
            source = parse(file.read_text(encoding="utf-8"))
        except UnexpectedInput as error:
            print(f"{file}:{error.line}: Checkov's parser cannot read this line", file=sys.stderr)
            return 1
        except (LarkError, OSError, UnicodeDecodeError) as error:
            print(f"{file}: {error}", file=sys.stderr)
            return 1
        found += [_as_json(file, source, block) for block in source.blocks()]
    print(json.dumps(found))
    return 0


def _as_json(file: Path, source: Source, block: Block) -> dict[str, Any]:
    return {
        "kind": block.kind,
        "address": block.address,
        "file": str(file),
        "first_line": block.first_line,
        "last_line": block.last_line,
        "broken": {rule: sorted(set(lines)) for rule, lines in _broken(source, block)},
    }


def _broken(source: Source, block: Block) -> Iterator[tuple[str, Iterator[int]]]:
    if block.kind in _CAN_GRANT:
        yield wildcards.RULE, wildcards.without_reason(source, block)
    if block.kind == "variable":
        yield secrets.RULE, secrets.in_default(source, block)
    elif block.kind == "output":
        yield secrets.RULE, secrets.in_output(source, block)
    elif block.kind in ("locals", "resource", "module"):
        yield secrets.RULE, secrets.in_settings(source, block)


sys.exit(main())
