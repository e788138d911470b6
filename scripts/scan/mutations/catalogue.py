"""The mutations, as the YAML files of `catalogue/` state them."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from scripts.common import environments
from scripts.common.errors import UserError

CATALOGUE = Path(__file__).with_name("catalogue")
SCAN = "scan"
PRODUCTION = "<production>"
_TERRAFORM_TEST = r"modules/\w+/tests/\w+\.tftest\.hcl(::\w+)?"
_PYTEST = r"tests/[\w/]+\.py(::\w+(\[.+\])?)?"

type Text = Annotated[str, StringConstraints(pattern=r"\S")]
type Lines = Annotated[str, AfterValidator(lambda text: text.rstrip("\n"))]
type Check = Annotated[str, StringConstraints(pattern=f"^({SCAN}|{_TERRAFORM_TEST}|{_PYTEST})$")]


class Mutation(BaseModel):
    """One weakness: whole lines of a file that are replaced, and the checks that have to kill the mutant.

    Attributes
    ----------
    id
        Its name, unique in the catalogue.
    weakens
        A sentence: what no longer holds.
    file
        The file that is changed, from the repository's root; `<production>` stands for the first environment that is
        production.
    replaced
        Whole lines that stand in the file exactly once, at any indentation.
    replacement
        The lines that take their place, at the same indentation; none drops them.
    checks
        `scan`, a module's `*.tftest.hcl`, or a pytest file; with `::name` for one of its runs or tests.

    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    id: Text
    weakens: Text
    file: Annotated[Text, AfterValidator(lambda text: _file(text))]
    replaced: Annotated[Lines, Field(alias="replace", pattern=r"\S")]
    replacement: Annotated[Lines, Field(alias="with")]
    checks: Annotated[list[Check], Field(min_length=1)]

    @property
    def module(self) -> str | None:
        """The module it weakens; None outside `modules/`."""
        found = re.match(r"modules/(\w+)/", self.file)
        return found[1] if found else None


def load(folder: Path = CATALOGUE) -> list[Mutation]:
    """Every mutation, file after file; UserError where an entry is not valid."""
    mutations = [
        _mutation(entry, path)
        for path in sorted(folder.glob("*.yaml"))
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]
    if not mutations:
        raise UserError(f"{folder} holds no mutation, so nothing would be proven.")
    twice = [name for name, count in Counter(one.id for one in mutations).items() if count > 1]
    if twice:
        raise UserError(f"{folder}: the id {', '.join(twice)} is used twice; every mutation needs its own.")
    return mutations


def select(mutations: Sequence[Mutation], names: Sequence[str]) -> list[Mutation]:
    """The mutations with these ids, in the catalogue's order; all where none is given."""
    unknown = sorted(set(names) - {one.id for one in mutations})
    if unknown:
        raise UserError(f"There is no mutation {', '.join(unknown)}; policy-mutations --list shows them all.")
    return [one for one in mutations if not names or one.id in names]


def is_terraform_test(check: str) -> bool:
    """Whether the check is a module's test file."""
    return bool(re.fullmatch(_TERRAFORM_TEST, check))


def _mutation(entry: object, path: Path) -> Mutation:
    try:
        return Mutation.model_validate(entry)
    except ValidationError as error:
        name = entry.get("id") if isinstance(entry, dict) else entry
        raise UserError(f"{path}: the entry {name!r} is not valid: {error}") from error


def _file(text: str) -> str:
    if PRODUCTION not in text:
        return text
    found = [name for name in environments.names() if environments.load(name).production]
    if not found:
        raise UserError(f"No environment of live/ is production, so {text} names no file.")
    return text.replace(PRODUCTION, found[0])
