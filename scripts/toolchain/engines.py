"""Finds Terraform (or OpenTofu), Terragrunt and actionlint on PATH, or builds them once per machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scripts.common.commands import run
from scripts.common.errors import UserError
from scripts.common.locks import only_one
from scripts.common.paths import REPOSITORY, path_folders, user_cache
from scripts.toolchain.versions import Version, first_line, parse_version


@dataclass(frozen=True)
class Tool:
    """A program, the lowest version that will do, and the pinned Go module that builds it.

    `folder` is the module of ours in tools/ that requires it; without one the program is not built here.
    """

    name: str
    minimum: Version
    module: str
    pinned: str
    version_flag: str
    folder: str

    def __str__(self) -> str:
        """Name and lowest minor version, as in `tofu 1.10`."""
        return f"{self.name} {self.minimum[0]}.{self.minimum[1]}"

    @property
    def package(self) -> str:
        """The package of the module that is the program."""
        return self.module + (f"/cmd/{self.name}" if self.name in {"tofu", "actionlint"} else "")


_TERRAFORM, _TOFU = "github.com/hashicorp/terraform", "github.com/opentofu/opentofu"
_TERRAFORM_FLAG, _TOFU_FLAG = f"-X {_TERRAFORM}/version.dev=no", f"-X {_TOFU}/version.dev=no"

TERRAFORM = Tool("terraform", (1, 11, 0), _TERRAFORM, "1.11.4", _TERRAFORM_FLAG, "")
TOFU = Tool("tofu", (1, 10, 0), _TOFU, "1.10.6", _TOFU_FLAG, "opentofu")
TERRAGRUNT = Tool(
    "terragrunt",
    (1, 1, 0),
    "github.com/gruntwork-io/terragrunt",
    "1.1.3",
    "-X github.com/gruntwork-io/terragrunt/internal/version.Version=v1.1.3",
    "terragrunt",
)
ACTIONLINT = Tool(
    "actionlint",
    (1, 7, 12),
    "github.com/rhysd/actionlint",
    "1.7.12",
    "-X github.com/rhysd/actionlint.version=1.7.12",
    "actionlint",
)
NEWER_TERRAFORM = Tool("terraform", (1, 13, 0), _TERRAFORM, "1.13.3", _TERRAFORM_FLAG, "terraform-1.13")
NEWER_TOFU = Tool("tofu", (1, 12, 0), _TOFU, "1.12.6", _TOFU_FLAG, "opentofu-1.12")

SUPPORTED = (TERRAFORM, NEWER_TERRAFORM, TOFU, NEWER_TOFU)
"""The engines that `make engines` runs: of each, the lowest minor version that will do, and a newer one."""


def find_engine(report: Callable[[str], None]) -> Path:
    """Terraform from PATH, else OpenTofu from PATH, else OpenTofu built from its pinned module."""
    return _on_path(TERRAFORM) or _on_path(TOFU) or _built(TOFU, [TERRAFORM, TOFU], report)


def find_terragrunt(report: Callable[[str], None]) -> Path:
    """Terragrunt from PATH (but not the project's own launcher), else built from its pinned module."""
    return _on_path(TERRAGRUNT) or _built(TERRAGRUNT, [TERRAGRUNT], report)


def find_actionlint(report: Callable[[str], None]) -> Path:
    """Actionlint from PATH, else built from its pinned module in seconds."""
    return _on_path(ACTIONLINT) or _built(ACTIONLINT, [ACTIONLINT], report)


def present(tool: Tool) -> Path | None:
    """A program that will do, from PATH or built before; None where it would have to be built."""
    built = _target(tool)
    return _on_path(tool) or (built if built.exists() else None)


def find_version(tool: Tool, report: Callable[[str], None]) -> Path:
    """An engine of the same minor version, not just a newer one: from PATH, else built from its pinned module."""
    return here(tool) or _built(tool, [tool], report)


def here(tool: Tool) -> Path | None:
    """An engine of the same minor version that is on PATH or was built already; None without one."""
    found = _on_path(tool)
    if found and parse_version(first_line([str(found), "--version"]))[:2] == tool.minimum[:2]:
        return found
    return _target(tool) if _target(tool).exists() else None


def _on_path(tool: Tool) -> Path | None:
    for folder in path_folders():
        candidate = Path(folder) / tool.name
        if candidate.is_file() and os.access(candidate, os.X_OK):
            version = parse_version(first_line([str(candidate), "--version"]))
            if version >= tool.minimum:
                return candidate
    return None


def _built(tool: Tool, alternatives: list[Tool], report: Callable[[str], None]) -> Path:
    target = _target(tool)
    if target.exists():
        return target
    go = shutil.which("go")
    if go is None or not tool.folder:
        raise UserError(how_to_get(tool, alternatives))
    with only_one(target.parent / "build.lock"):
        if target.exists():
            return target
        report(f"{tool.name} {tool.pinned}: building it from its pinned Go module, once on this machine")
        unfinished = target.with_suffix(".unfinished")
        build = [go, "build", "-mod=readonly", "-trimpath", "-ldflags", f"-s -w {tool.version_flag}"]
        run(
            [*build, "-o", str(unfinished), tool.package],
            limit_seconds=3600,
            cwd=REPOSITORY / "tools" / tool.folder,
            environment={**os.environ, "CGO_ENABLED": "0"},
        )
        version = parse_version(first_line([str(unfinished), "--version"]))
        if version < tool.minimum:
            raise UserError(f"The {tool.name} that was built reports version {version}, but {tool.pinned} is needed.")
        unfinished.rename(target)
    return target


def _target(tool: Tool) -> Path:
    return user_cache() / "tools" / f"{tool.name}-{tool.pinned}" / tool.name


def how_to_get(tool: Tool, alternatives: list[Tool]) -> str:
    """What a person can do on a machine that has neither the tool nor Go."""
    wanted = " or ".join(f"{one.name} >= {'.'.join(map(str, one.minimum[:2]))}" for one in alternatives)
    return (
        f"No {wanted} was found on PATH, and there is no Go to build one. Do one of these:\n"
        "  mise install (the versions are pinned in mise.toml)\n"
        f"  install {wanted} from its vendor, and put it on PATH\n"
        f"  install Go >= 1.26: make setup then builds {tool.name} {tool.pinned} from tools/, once on this machine"
    )
