"""Units as Terragrunt evaluates them: every include, local and function resolved, and mocks for what others put out."""

import functools
import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from scripts.common.paths import LIVE, REPOSITORY

LIMIT_SECONDS = 120
NOWHERE = "http://127.0.0.1:9"
"""Where nobody listens: no unit's outputs can be read, so that the mocks stand in for them."""


@functools.cache
def rendered(environment: str, component: str, live: Path = LIVE, **variables: str) -> dict[str, Any]:
    """One unit's whole configuration, of a copy of `live/` if need be, with further environment variables.

    Raises RuntimeError with what Terragrunt said where it cannot be evaluated.
    """
    tools = json.loads((REPOSITORY / ".tools" / "toolchain.json").read_text(encoding="utf-8"))
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TG_", "TF_"))}
    with tempfile.TemporaryDirectory() as cache:
        done = subprocess.run(
            [tools["terragrunt"], "render", "--format", "json"],
            cwd=live / environment / component,
            env={
                **inherited,
                "AWS_ACCESS_KEY_ID": "test",
                "AWS_SECRET_ACCESS_KEY": "test",
                "AWS_ENDPOINT_URL": NOWHERE,
                "AWS_MAX_ATTEMPTS": "1",
                "TF_CLI_CONFIG_FILE": tools["cli_configuration"],
                "TG_TF_PATH": tools["engine"],
                "TG_DOWNLOAD_DIR": cache,
                "TG_NO_COLOR": "true",
                "TG_DEPENDENCY_FETCH_OUTPUT_FROM_STATE": "true",
                **variables,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )
    if done.returncode != 0:
        raise RuntimeError(f"{environment}/{component} cannot be evaluated:\n{done.stderr[-3000:]}")
    return dict(json.loads(done.stdout))
