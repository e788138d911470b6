"""The Terraform CLI configuration: a provider mirror on this machine where there is one, else the public registry."""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from scripts.common.commands import CommandError, run
from scripts.common.errors import UserError
from scripts.common.locks import only_one
from scripts.common.paths import REPOSITORY, TERRAFORM_RC, TOOLS, user_cache
from scripts.toolchain.files import link_if_changed, write_if_changed

REGISTRIES = ("registry.terraform.io", "registry.opentofu.org")
USUAL_FOLDERS = (
    "~/.terraform.d/plugins",
    "~/.local/share/terraform/plugins",
    "/usr/local/share/terraform/plugins",
    "/usr/share/terraform/plugins",
    "/opt/*",
)


def pinned_version() -> str:
    """The version of the AWS provider, which the root terragrunt.hcl pins."""
    root = (REPOSITORY / "terragrunt.hcl").read_text(encoding="utf-8")
    found = re.search(r'^\s*aws_provider_version\s*=\s*"([^"]+)"', root, re.MULTILINE)
    if not found:
        raise UserError("terragrunt.hcl states no aws_provider_version.")
    return found[1]


def write_cli_configuration(engine: Path, report: Callable[[str], None]) -> str:
    """Write `.tools/terraform.rc`, and return a line that says where the provider comes from.

    The configuration names a folder of links as the mirror. Terraform links unpacked providers from there instead of
    copying them, so units that start together do not race, and both engines find them under their registry's name.
    """
    version, target = pinned_version(), _platform()
    source = _found(version, target)
    origin = "found on this machine"
    if source is None:
        source, origin = (
            _downloaded(engine, version, target, report),
            "downloaded once from the public registry",
        )
    mirror = TOOLS / "providers"
    for registry in REGISTRIES:
        link_if_changed(mirror / registry / "hashicorp" / "aws" / version / target, source)
    wanted = (
        "# Written by `make setup`.\n"
        "disable_checkpoint = true\n"
        "provider_installation {\n"
        "  filesystem_mirror {\n"
        f"    path    = {json.dumps(str(mirror))}\n"
        f"    include = [{', '.join(json.dumps(f'{name}/hashicorp/aws') for name in REGISTRIES)}]\n"
        "  }\n"
        "  direct {\n"
        f"    exclude = [{', '.join(json.dumps(f'{name}/hashicorp/aws') for name in REGISTRIES)}]\n"
        "  }\n"
        "}\n"
    )
    write_if_changed(TERRAFORM_RC, wanted)
    return f"hashicorp/aws {version}, {origin}"


def present() -> Path | None:
    """The pinned provider on this machine; None where the public registry would be asked."""
    return _found(pinned_version(), _platform())


def _found(version: str, target: str) -> Path | None:
    for folder in _mirrors():
        for registry in REGISTRIES:
            candidate = folder / registry / "hashicorp" / "aws" / version / target
            if candidate.is_dir() and any(candidate.glob("terraform-provider-aws*")):
                return candidate.resolve()
    named = os.environ.get("CSVBATCH_PROVIDER_MIRROR")
    if named:
        raise UserError(
            f"CSVBATCH_PROVIDER_MIRROR is {named}, without {REGISTRIES[0]}/hashicorp/aws/{version}/{target}."
        )
    return None


def _mirrors() -> Iterator[Path]:
    named = os.environ.get("CSVBATCH_PROVIDER_MIRROR")
    if named:
        yield Path(named)
        return
    for pattern in USUAL_FOLDERS:
        expanded = Path(pattern).expanduser()
        yield from sorted(expanded.parent.glob(expanded.name))


def _downloaded(engine: Path, version: str, target: str, report: Callable[[str], None]) -> Path:
    """Run `init` of a configuration that needs only the provider: it leaves the provider unpacked, as in a mirror."""
    folder = user_cache() / "providers" / f"{engine.name}-aws-{version}"
    registry = REGISTRIES[1] if engine.name == "tofu" else REGISTRIES[0]
    unpacked = folder / ".terraform" / "providers" / registry / "hashicorp" / "aws" / version / target
    with only_one(folder / "download.lock"):
        if unpacked.is_dir():
            return unpacked
        report(f"hashicorp/aws {version}: downloading it, once on this machine")
        wanted = {"terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": version}}}}
        (folder / "main.tf.json").write_text(json.dumps(wanted), encoding="utf-8")
        environment = {name: value for name, value in os.environ.items() if name != "TF_CLI_CONFIG_FILE"}
        try:
            run([str(engine), f"-chdir={folder}", "init", "-no-color"], limit_seconds=1800, environment=environment)
        except CommandError as error:
            raise UserError(
                f"The AWS provider {version} is in no mirror on this machine, and could not be downloaded:\n{error}\n"
                "Provide an unpacked mirror and name it: CSVBATCH_PROVIDER_MIRROR=/path make setup"
            ) from error
    return unpacked


def _platform() -> str:
    machine = platform.machine().lower()
    architecture = {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine)
    return f"{platform.system().lower()}_{architecture}"
