"""The mutations, as the YAML files of `catalogue/` state them."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from scripts.common import environments
from scripts.scan.mutations.errors import CatalogueError

CATALOGUE = Path(__file__).with_name("catalogue")
SCAN = "scan"
PRODUCTION = "<production>"
_KEYS = {"id", "weakens", "file", "replace", "with", "caught_by"}
_TERRAFORM_TEST = re.compile(r"modules/\w+/tests/\w+\.tftest\.hcl(::\w+)?")
_PYTEST = re.compile(r"tests/[\w/]+\.py(::\w+(\[.+\])?)?")


@dataclass(frozen=True, slots=True)
class Mutation:
    """One weakness: whole lines of a file that are replaced by others, and the guards that have to notice.

    Attributes
    ----------
    identifier
        Its name, unique in the catalogue.
    weakens
        A sentence: what is no longer so.
    file
        The file that is changed, from the repository's root; `<production>` stands for the first environment that is
        production.
    replaced
        Whole lines that stand in the file exactly once, at whatever indentation.
    replacement
        The lines that take their place, at the same indentation; none drops them.
    caught_by
        `scan`, a module's `*.tftest.hcl`, or a pytest file; with `::name` where one of its runs or tests is meant.

    """

    identifier: str
    weakens: str
    file: str
    replaced: str
    replacement: str
    caught_by: tuple[str, ...]

    @property
    def module(self) -> str | None:
        """The module it weakens; None outside `modules/`."""
        found = re.match(r"modules/(\w+)/", self.file)
        return found[1] if found else None


def load(folder: Path = CATALOGUE) -> list[Mutation]:
    """Every mutation, file after file; raises CatalogueError where an entry is not one."""
    mutations = [
        _mutation(entry, path)
        for path in sorted(folder.glob("*.yaml"))
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]
    if not mutations:
        raise CatalogueError(f"{folder} holds no mutation, so nothing would be proven.")
    twice = [name for name, count in Counter(one.identifier for one in mutations).items() if count > 1]
    if twice:
        raise CatalogueError(f"{folder}: two mutations are called {', '.join(twice)}; give each a name of its own.")
    return mutations


def select(mutations: Sequence[Mutation], identifiers: Sequence[str]) -> list[Mutation]:
    """Those of these names, in the catalogue's order; all where no name is given."""
    known = {one.identifier for one in mutations}
    unknown = [name for name in identifiers if name not in known]
    if unknown:
        raise CatalogueError(f"There is no mutation {', '.join(unknown)}; policy-mutations --list names them all.")
    return [one for one in mutations if not identifiers or one.identifier in identifiers]


def is_terraform_test(catcher: str) -> bool:
    """Whether the guard is a module's test file."""
    return bool(_TERRAFORM_TEST.fullmatch(catcher))


def _mutation(entry: object, path: Path) -> Mutation:
    name = entry.get("id", "an entry without id") if isinstance(entry, Mapping) else "an entry"
    if not isinstance(entry, Mapping) or set(entry) != _KEYS:
        raise CatalogueError(f"{path}: {name} must have just the keys {', '.join(sorted(_KEYS))}.")
    guards = entry["caught_by"]
    if not isinstance(guards, list) or not guards:
        raise CatalogueError(f"{path}: {name} names no guard; caught_by is a list of at least one.")
    for guard in guards:
        if guard != SCAN and not is_terraform_test(guard) and not _PYTEST.fullmatch(guard):
            raise CatalogueError(
                f"{path}: {name} is to be caught by {guard!r}, which is neither `scan`, nor a test file of a module, "
                "nor a pytest file."
            )
    texts = {key: entry[key] for key in sorted(_KEYS - {"caught_by"})}
    wrong = [key for key, text in texts.items() if not isinstance(text, str) or (not text.strip() and key != "with")]
    if wrong:
        raise CatalogueError(f"{path}: {name} has no text for {', '.join(wrong)}.")
    return Mutation(
        identifier=texts["id"],
        weakens=texts["weakens"],
        file=_file(texts["file"], path),
        replaced=texts["replace"].rstrip("\n"),
        replacement=texts["with"].rstrip("\n"),
        caught_by=tuple(guards),
    )


def _file(text: str, path: Path) -> str:
    if PRODUCTION not in text:
        return text
    found = [name for name in environments.names() if environments.load(name).production]
    if not found:
        raise CatalogueError(f"{path}: no environment of live/ is production, so {text} names no file.")
    return text.replace(PRODUCTION, found[0])
