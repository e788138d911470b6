"""CycloneDX's own schema, as the library holds it that Checkov's environment has anyway."""

import os
import subprocess
from pathlib import Path

from scripts.common.paths import SCAN_VENV

_VALIDATE = """
import pathlib, sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

found = JsonStrictValidator(SchemaVersion.V1_6).validate_str(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
print(found.data.message if found else "", end="")
"""


def complaint(sbom: Path) -> str:
    """What the strict JSON schema of version 1.6 has against a file: nothing, if it is valid."""
    command = [str(SCAN_VENV / "bin" / "python"), "-W", "ignore", "-c", _VALIDATE, str(sbom)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60).stdout
