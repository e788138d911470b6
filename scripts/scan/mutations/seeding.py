"""Copies of the configuration, and the one change that makes a copy a mutant."""

import re
import shutil
from pathlib import Path

from scripts.common.errors import UserError
from scripts.scan.mutations.catalogue import Mutation

_LEFT_OUT = shutil.ignore_patterns(".terraform", ".terraform.lock.hcl", ".terragrunt-cache", "__pycache__", "*.log")
_COPIED = ("modules", "live", "scripts", "lambdas", "tests")
_LINKED = (".tools", "dist", "requirements")
_RUN = re.compile(r'^run "(?P<name>\w+)" \{\n.*?^\}\n', re.MULTILINE | re.DOTALL)
_MODULE_SOURCE = re.compile(r'^\s*source\s*=\s*"\.\./(\w+)"', re.MULTILINE)


def mutated(mutation: Mutation, text: str) -> str:
    """The text with the mutation in it; UserError unless its lines are there exactly once."""
    lines = mutation.replaced.splitlines()
    pattern = r"^(?P<indent> *)" + r"\n".join(
        (r"(?P=indent)" if number and line else "") + re.escape(line) for number, line in enumerate(lines)
    )
    found = list(re.finditer(pattern + r"$\n?", text, re.MULTILINE))
    if len(found) != 1:
        raise UserError(
            f"The catalogue entry {mutation.id} is out of date: the lines it replaces stand {len(found)} times "
            f"in {mutation.file} instead of once. Compare the entry with the file.\n{mutation.replaced}"
        )
    indent = found[0]["indent"]
    replacement = "".join(f"{indent + line if line else ''}\n" for line in mutation.replacement.splitlines())
    return text[: found[0].start()] + replacement + text[found[0].end() :]


def seeded(mutation: Mutation, root: Path) -> str:
    """The file that the mutation changes, with the mutation in it; UserError where it does not fit."""
    path = root / mutation.file
    if not path.is_file():
        raise UserError(f"The catalogue entry {mutation.id} is out of date: there is no file {mutation.file}.")
    return mutated(mutation, path.read_text(encoding="utf-8"))


def seed(mutation: Mutation, root: Path) -> None:
    """Put the mutation into a copy."""
    (root / mutation.file).write_text(seeded(mutation, root), encoding="utf-8")


def copy_modules(repository: Path, root: Path) -> None:
    """Copy the modules with their tests, which is what `terraform test` reads."""
    shutil.copytree(repository / "modules", root / "modules", ignore=_LEFT_OUT)


def copy_tree(repository: Path, root: Path) -> None:
    """Copy what a pytest over the configuration reads; tools and packages are linked."""
    for name in _COPIED:
        shutil.copytree(repository / name, root / name, ignore=_LEFT_OUT)
    for name in ("terragrunt.hcl", "pyproject.toml"):
        shutil.copy(repository / name, root)
    for name in _LINKED:
        if (repository / name).exists():
            (root / name).symlink_to(repository / name)


def copy_for_scan(repository: Path, root: Path, module: str) -> None:
    """Copy one module and those it calls, without their tests."""
    if (root / "modules" / module).exists():
        return
    without_tests = shutil.ignore_patterns(".terraform*", "tests", "README.md")
    shutil.copytree(repository / "modules" / module, root / "modules" / module, ignore=without_tests)
    for path in sorted((repository / "modules" / module).glob("*.tf")):
        for called in _MODULE_SOURCE.findall(path.read_text(encoding="utf-8")):
            copy_for_scan(repository, root, called)


def isolate(tests: Path, name: str) -> Path:
    """Write one run of a module's test file, with what stands outside of runs, into a file of its own beside it."""
    text = tests.read_text(encoding="utf-8")
    if name not in [run["name"] for run in _RUN.finditer(text)]:
        raise UserError(
            f"The catalogue is out of date: modules/{tests.parent.parent.name}/tests/{tests.name} has no run {name}."
        )
    alone = tests.with_name(f"only_{name}_of_{tests.name}")
    alone.write_text(_RUN.sub(lambda run: run[0] if run["name"] == name else "", text), encoding="utf-8")
    return alone
