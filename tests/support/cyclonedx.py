"""CycloneDX's own schema, in the library that Checkov's environment contains."""

import os
from pathlib import Path

from scripts.common.commands import run
from scripts.common.paths import SCAN_VENV

_VALIDATE = """
import pathlib, sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

found = JsonStrictValidator(SchemaVersion.V1_6).validate_str(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
print(found.data.message if found else "", end="")
"""


def complaint(sbom: Path) -> str:
    """Return what the strict JSON schema of version 1.6 rejects in a file: nothing, if it is valid."""
    command = [str(SCAN_VENV / "bin" / "python"), "-W", "ignore", "-c", _VALIDATE, str(sbom)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return run(command, limit_seconds=60, environment=environment).stdout
