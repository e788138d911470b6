"""The command `aws`, as far as botocore's models define it, in this process: a shell passes it over a socket.

The real one is made from the same models, and is not installed here: it pins other versions, under licences that nobody
has allowed. Operations, parameters, their types and `--query` are checked as there; what AWS added by hand (`aws s3`,
`aws logs tail`, shorthand for structures) is not known.
"""

import json
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import jmespath
from botocore import xform_name
from botocore.model import OperationModel, Shape

_SERVICES = {"s3api": "s3"}
"""Services that have another name on the command line."""

_LISTS = frozenset({"list"})
_JSON = frozenset({"structure", "map"})
_CLIENT = """
import json, socket, sys
connection = socket.socket(socket.AF_UNIX)
connection.connect("ADDRESS")
stream = connection.makefile("rw")
stream.write(json.dumps(sys.argv[1:]) + chr(10))
stream.flush()
answer = json.loads(stream.readline())
sys.stdout.write(answer["printed"])
sys.exit(answer["status"])
"""


class CommandError(Exception):
    """A command that the real one would refuse as well."""


def run(arguments: Sequence[str]) -> str:
    """Run one operation and give what is printed; raises CommandError, or what the client raises."""
    service, command, *rest = arguments
    service = _SERVICES.get(service, service)
    client = boto3.client(service)
    names = {xform_name(name, "-"): name for name in client.meta.service_model.operation_names}
    if command not in names:
        raise CommandError(f"{service} has no operation {command}")
    parameters, options = _parsed(rest, client.meta.service_model.operation_model(names[command]))
    method = xform_name(names[command])
    if client.can_paginate(method):
        answer = client.get_paginator(method).paginate(**parameters).build_full_result()
    else:
        answer = getattr(client, method)(**parameters)
    answer.pop("ResponseMetadata", None)
    shown = jmespath.search(options["query"], answer) if "query" in options else answer
    return _shown(shown, options.get("output", "json"))


@contextmanager
def command_in(folder: Path) -> Iterator[Path]:
    """Put a command `aws` into a directory that answers from this process, for the length of the block."""
    address = folder / "aws.socket"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(address))
        listener.listen()
        thread = threading.Thread(target=_answer_all, args=(listener,), daemon=True)
        thread.start()
        command = folder / "aws"
        program = _CLIENT.replace("ADDRESS", str(address))
        command.write_text(f"#!/bin/sh\nexec {sys.executable} -S -E -c '{program}' \"$@\"\n", encoding="utf-8")
        command.chmod(0o755)
        try:
            yield folder
        finally:
            with socket.socket(socket.AF_UNIX) as last:
                last.connect(str(address))
            thread.join()
    address.unlink()


def _answer_all(listener: socket.socket) -> None:
    """Answer commands until a client says nothing."""
    while True:
        connection, _ = listener.accept()
        with connection, connection.makefile("rw", encoding="utf-8") as stream:
            asked = stream.readline()
            if not asked:
                return
            try:
                answer = {"printed": run(json.loads(asked)), "status": 0}
            except Exception as error:
                answer = {"printed": f"aws: {error}\n", "status": 255}
            stream.write(json.dumps(answer) + "\n")


def _parsed(rest: Sequence[str], operation: OperationModel) -> tuple[dict[str, Any], dict[str, str]]:
    members = operation.input_shape.members if operation.input_shape else {}
    known = {xform_name(name, "-"): (name, shape) for name, shape in members.items()}
    parameters: dict[str, Any] = {}
    options: dict[str, str] = {}
    left = list(rest)
    while left:
        option = left.pop(0)
        name = option.removeprefix("--")
        if name in ("query", "output"):
            options[name] = left.pop(0)
            continue
        negated = name.removeprefix("no-")
        if negated in known and known[negated][1].type_name == "boolean":
            parameters[known[negated][0]] = not name.startswith("no-")
            continue
        if name not in known:
            raise CommandError(f"{operation.name} has no option {option}")
        values = []
        while left and not left[0].startswith("--"):
            values.append(left.pop(0))
        member, shape = known[name]
        parameters[member] = _value(shape, values, option)
    return parameters, options


def _value(shape: Shape, values: list[str], option: str) -> Any:
    if shape.type_name in _LISTS:
        if len(values) == 1 and values[0].startswith("["):
            return json.loads(values[0])
        return [_value(shape.member, [value], option) for value in values]
    if len(values) != 1:
        raise CommandError(f"{option} takes one value")
    (value,) = values
    if shape.type_name in _JSON:
        return json.loads(value)
    if shape.type_name in ("integer", "long"):
        return int(value)
    return value


def _shown(shown: Any, output: str) -> str:
    if shown is None:
        return ""
    if output == "text":
        rows = shown if isinstance(shown, list) else [shown]
        return "".join(("\t".join(map(str, row)) if isinstance(row, list) else str(row)) + "\n" for row in rows)
    return json.dumps(shown, indent=4, default=str) + "\n"
