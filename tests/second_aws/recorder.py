"""A package that takes the place of a deployed function's: it notes each event and returns the session it runs with."""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

EVENTS_VARIABLE = "SECOND_AWS_EVENTS"
"""The file, which MiniStack's functions inherit from it: one event a line."""
_CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_HANDLER = f"""
import json
import os

def handler(event, context):
    with open(os.environ[{EVENTS_VARIABLE!r}], "a", encoding="utf-8") as file:
        file.write(json.dumps(event) + "\\n")
    return {{name: os.environ[name] for name in {_CREDENTIALS!r}}}
"""


def deploy(functions: Any, name: str) -> None:
    """Replace a function's code by the recorder, which keeps the function's handler, role and variables."""
    module, _, _ = functions.get_function_configuration(FunctionName=name)["Handler"].rpartition(".")
    functions.update_function_code(FunctionName=name, ZipFile=_package(module))
    functions.get_waiter("function_updated_v2").wait(FunctionName=name)


def session(functions: Any, name: str) -> Mapping[str, str]:
    """The credentials of a function whose code is the recorder, by their variables."""
    answer = json.loads(functions.invoke(FunctionName=name)["Payload"].read())
    missing = [variable for variable in _CREDENTIALS if variable not in answer]
    assert not missing, f"{name} answered {answer}"
    return {variable: str(answer[variable]) for variable in _CREDENTIALS}


def _package(module: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr(f"{module.replace('.', '/')}.py", _HANDLER)
    return content.getvalue()
