"""Reads where `make setup` found the project's tools."""

import json
from dataclasses import dataclass
from pathlib import Path

from scripts.common import paths
from scripts.common.errors import UserError


@dataclass(frozen=True)
class Tools:
    """The absolute path of each tool: Terraform or OpenTofu, Terragrunt, and Terraform's CLI configuration."""

    engine: str
    terragrunt: str
    cli_configuration: str


def read(path: Path = paths.TOOLCHAIN_JSON) -> Tools:
    """The tools of this checkout; raises UserError where they are not set up."""
    try:
        return Tools(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise UserError(f"The project's tools are not set up: {path} is missing or damaged. Run: make setup") from error
