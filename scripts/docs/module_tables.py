"""Write the tables of inputs and outputs into the README of each Terraform module."""

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hcl2

from scripts.common.errors import run_main
from scripts.common.paths import MODULES, REPOSITORY
from scripts.docs import generated

COMMAND = "module-tables"
_REQUIRED = object()


@dataclass(frozen=True, slots=True)
class Input:
    """A variable of a module, as a table shows it."""

    name: str
    type: str
    default: str
    description: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 1 where `--check` finds a table that is out of date."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail if a table is out of date")
    options = parser.parse_args(arguments)
    return run_main(COMMAND, lambda: _check_or_write(options.check))


def _check_or_write(check: bool) -> int:
    outdated = False
    for module in modules():
        readme = module / "README.md"
        text = tables(module)
        if generated.part(readme, COMMAND) == text:
            continue
        outdated = True
        shown = readme.relative_to(REPOSITORY)
        if check:
            print(f"{shown}: the tables are out of date. Run: {COMMAND}")
        else:
            generated.write(readme, COMMAND, text)
            print(f"{shown}: written")
    return 1 if check and outdated else 0


def modules() -> list[Path]:
    """The folders of all modules."""
    return sorted(path.parent for path in MODULES.glob("*/main.tf"))


def tables(module: Path) -> str:
    """The tables of a module's inputs and outputs, in the order of its files."""
    lines = ["## Inputs", "", "| name | type | default | description |", "|---|---|---|---|"]
    for one in inputs(module):
        lines.append(f"| `{one.name}` | `{_cell(one.type)}` | {one.default} | {_prose(one.description)} |")
    lines += ["", "## Outputs", "", "| name | description |", "|---|---|"]
    lines += [f"| `{name}` | {_prose(description)} |" for name, description in outputs(module)]
    return "\n".join(lines) + "\n"


def inputs(module: Path) -> list[Input]:
    """The variables of a module."""
    return [
        Input(
            name,
            re.sub(r"\(\{(?=\S)", "({ ", re.sub(r"(?<=\S)\}\)", " })", _expression(body["type"]))),
            "required" if (default := body.get("default", _REQUIRED)) is _REQUIRED else f"`{_cell(_literal(default))}`",
            _unquoted(body["description"]),
        )
        for name, body in _blocks(module / "variables.tf", "variable")
    ]


def outputs(module: Path) -> list[tuple[str, str]]:
    """Names and descriptions of the outputs of a module."""
    return [(name, _unquoted(body["description"])) for name, body in _blocks(module / "outputs.tf", "output")]


def _blocks(file: Path, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The blocks of a kind; python-hcl2 keeps the quotes of labels and strings."""
    with file.open(encoding="utf-8") as opened:
        for block in hcl2.load(opened).get(kind, []):
            for name, body in block.items():
                yield _unquoted(name), body


def _literal(value: object) -> str:
    """A value as HCL writes it."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_literal(one)}" for key, one in value.items()) + " }" if value else "{}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_literal, value)) + "]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return _expression(str(value))


def _expression(text: str) -> str:
    return text[2:-1] if text.startswith("${") and text.endswith("}") else text


def _unquoted(text: str) -> str:
    return text[1:-1].replace('\\"', '"') if text.startswith('"') else text


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _prose(text: str) -> str:
    """A description as Markdown, in which `<` outside of code would begin a tag."""
    parts = text.split("`")
    return _cell("`".join(part if number % 2 else part.replace("<", "\\<") for number, part in enumerate(parts)))


if __name__ == "__main__":
    sys.exit(main())
