"""The lists of commands in documents and hooks are those of the Makefile."""

import re

import yaml

from scripts.common.paths import REPOSITORY

MAKEFILE = (REPOSITORY / "Makefile").read_text(encoding="utf-8")


def test_the_page_of_commands_lists_every_target_of_make() -> None:
    page = (REPOSITORY / "docs" / "commands.md").read_text(encoding="utf-8")
    section = page.partition("\n## make\n")[2].partition("\n## ")[0]
    targets = re.findall(r"^([a-z-]+):.*## ", MAKEFILE, re.MULTILINE)
    assert sorted(re.findall(r"^\| `([a-z-]+)` \|", section, re.MULTILINE)) == sorted(targets)


def test_the_hooks_run_what_make_lint_runs() -> None:
    recipe = re.search(r"^lint:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    assert recipe
    commands = [command.strip() for line in recipe[1].splitlines() for command in line.strip("\t@").split("&&")]
    configuration = yaml.safe_load((REPOSITORY / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    hooks = [hook for repository in configuration["repos"] for hook in repository["hooks"]]
    assert [hook["entry"] for hook in hooks] == commands
    assert {hook["language"] for hook in hooks} == {"system"}
