"""Reads contracts from YAML files, and gives the line of each problem."""

import dataclasses
import difflib
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from csvbatch.contract.columns import COLUMN_TYPES
from csvbatch.contract.model import Contract, ContractError, ContractProblem
from csvbatch.contract.settings import SettingError

_CONTRACT: TypeAdapter[Contract] = TypeAdapter(Contract)
_SEE_SCHEMA = "contract.schema.json describes every setting"

# What a setting should be, by the first word of pydantic's code for the error.
# https://docs.pydantic.dev/latest/errors/validation_errors/
_WANTED = {
    "bool": "true or false",
    "date": "a date written as YYYY-MM-DD",
    "datetime": "a timestamp written as YYYY-MM-DDTHH:MM:SS",
    "decimal": "a number",
    "int": "a whole number",
    "string": "text",
    "tuple": "a list",
}


def load_contract(path: Path) -> Contract:
    """Read one contract; raises `ContractError` with all its problems."""
    node, settings = _parse(path)
    try:
        return _CONTRACT.validate_python(settings)
    except ValidationError as error:
        problems = [_problem(path, node, details) for details in error.errors(include_url=False)]
        raise ContractError(sorted(problems, key=lambda problem: problem.line or 0)) from None


def load_contracts(folder: Path) -> dict[str, Contract]:
    """Read each `*.yaml` of a folder, by dataset; raises `ContractError` with the problems of all of them."""
    contracts: dict[str, Contract] = {}
    problems: list[ContractProblem] = []
    tables: dict[str, Path] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            contract = load_contract(path)
        except ContractError as error:
            problems.extend(error.problems)
            continue
        problems.extend(_misplaced(path, contract, tables))
        contracts[contract.dataset] = contract
        tables.setdefault(contract.table, path)
    if not contracts and not problems:
        problems.append(
            ContractProblem(str(folder), None, "there is no contract in this folder", "add a file <dataset>.yaml")
        )
    if problems:
        raise ContractError(problems)
    return contracts


def _misplaced(path: Path, contract: Contract, tables: dict[str, Path]) -> Iterator[ContractProblem]:
    if path.stem != contract.dataset:
        yield ContractProblem(
            str(path),
            None,
            f"it is for dataset {contract.dataset!r}",
            f"name the file {contract.dataset}.yaml",
        )
    if contract.table in tables:
        yield ContractProblem(
            str(path),
            None,
            f"its table {contract.table!r} is also that of {tables[contract.table].name}",
            "give each dataset a table of its own",
        )


class _Loader(yaml.SafeLoader):
    """Reads plain values as YAML 1.2 does, with exact decimals.

    PyYAML's own rules are those of YAML 1.1, where `no` is false, `12:30` is 750 and `010` is 8.
    """


_Loader.yaml_implicit_resolvers = {}


def _read_as(kind: str, pattern: str, first: str, read: Callable[[str], object]) -> None:
    tag = f"tag:yaml.org,2002:{kind}"
    _Loader.add_implicit_resolver(tag, re.compile(f"(?:{pattern})$"), list(first))
    _Loader.add_constructor(tag, lambda _, node: read(node.value))


_read_as("null", "~|null", "~n", lambda _: None)
_read_as("bool", "true|false", "tf", lambda text: text == "true")
_read_as("int", "[-+]?[0-9]+", "-+0123456789", int)
_read_as("float", r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)", "-+.0123456789", Decimal)


def _parse(path: Path) -> tuple[yaml.Node, Any]:
    """Give the file's nodes, which have line numbers, and the values they stand for."""

    def error(reason: str, advice: str, line: int | None = None) -> ContractError:
        return ContractError([ContractProblem(str(path), line, reason, advice)])

    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
        node = loader.get_single_node()
        if node is None:
            raise error("it is empty", _SEE_SCHEMA)
        for line, name in _repeated_settings(node):
            raise error(f"`{name}` is given twice", "keep one", line)
        return node, loader.construct_document(node)
    except OSError as cause:
        raise error(f"it cannot be read ({cause.strerror})", "check its name and permissions") from None
    except UnicodeDecodeError:
        raise error("it is not UTF-8", "save it as UTF-8") from None
    except RecursionError:
        raise error("its aliases or lists are nested without end", "write the values out") from None
    except yaml.MarkedYAMLError as cause:
        place = None if cause.problem_mark is None else cause.problem_mark.line + 1
        raise error(f"it is not valid YAML ({cause.problem})", "check quotes and indentation", place) from None
    except yaml.YAMLError:
        raise error("it has characters that YAML does not allow", "save it as plain text") from None


def _repeated_settings(node: yaml.Node) -> Iterator[tuple[int, str]]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                yield key.start_mark.line + 1, name
            seen.add(name)
            yield from _repeated_settings(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _repeated_settings(item)


def _problem(path: Path, node: yaml.Node, details: ErrorDetails) -> ContractProblem:
    steps = list(details["loc"])
    cause = details.get("ctx", {}).get("error")
    if isinstance(cause, SettingError):
        steps.append(cause.setting)
        reason, advice = cause.reason, cause.advice
    else:
        reason, advice = _in_words(details)
    line, place = _place(node, steps)
    return ContractProblem(str(path), line, f"{place}: {reason}" if place else reason, advice)


def _place(node: yaml.Node, steps: list[int | str]) -> tuple[int, str]:
    """Follow the steps as far as the file has them; give the line reached and a description of the place."""
    line = node.start_mark.line + 1
    words: list[str] = []
    for step in steps:
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
            if words == ["columns"]:
                words = [f"column {_name(node) or step + 1}"]
            else:
                words.append(f"item {step + 1}")
        elif isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == step:
                    node, line = value, key.start_mark.line + 1
                    words.append(str(step))
                    break
    return line, ", ".join(words)


def _name(node: yaml.Node) -> str | None:
    if isinstance(node, yaml.MappingNode):
        return next((value.value for key, value in node.value if key.value == "name"), None)
    return None


def _in_words(details: ErrorDetails) -> tuple[str, str]:
    """Give pydantic's finding as a reason and an advice, in the terms of a contract file."""
    setting = str(details["loc"][-1]) if details["loc"] else ""
    match details["type"]:
        case "missing":
            return f"`{setting}` is missing", "add it"
        case "unexpected_keyword_argument":
            return f"there is no setting `{setting}`", _did_you_mean(details["loc"])
        case "union_tag_not_found":
            return "`type` is missing", f"use one of {', '.join(COLUMN_TYPES)}"
        case "union_tag_invalid":
            return f"there is no type {details['ctx']['tag']!r}", f"use one of {', '.join(COLUMN_TYPES)}"
        case "string_type" if details["input"] is not None:
            return "it is not text", "put it in quotes"
        case "dataclass_type" | "model_attributes_type":
            return "it is not a list of settings", "write `name: value` lines"
        case "literal_error":
            return f"it is not one of {details['ctx']['expected']}", _SEE_SCHEMA
        case kind:
            wanted = _WANTED.get(kind.partition("_")[0])
            return f"it is not {wanted}" if wanted else details["msg"], _SEE_SCHEMA


def _did_you_mean(steps: tuple[int | str, ...]) -> str:
    kind = COLUMN_TYPES.get(str(steps[-2])) if len(steps) > 1 else None
    settings = [field.name for field in dataclasses.fields(kind or Contract)]
    close = difflib.get_close_matches(str(steps[-1]), settings, n=1)
    return f"did you mean `{close[0]}`?" if close else f"use {', '.join(settings)}"
