import json
from pathlib import Path

import pytest

from scripts.common import tools
from scripts.common.errors import UserError

FOUND = {"engine": "/bin/terraform", "terragrunt": "/bin/terragrunt", "cli_configuration": "/rc"}


def test_tools_are_read_as_the_set_up_wrote_them(tmp_path: Path) -> None:
    file = tmp_path / "toolchain.json"
    file.write_text(json.dumps(FOUND))
    assert tools.read(file) == tools.Tools(**FOUND)


@pytest.mark.parametrize("text", [None, "", "{}", '{"engine": "/bin/terraform"}'])
def test_tools_that_are_not_set_up_name_the_command_that_does_it(text: str | None, tmp_path: Path) -> None:
    file = tmp_path / "toolchain.json"
    if text is not None:
        file.write_text(text)
    with pytest.raises(UserError, match="Run: make setup"):
        tools.read(file)
