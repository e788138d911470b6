"""What a patch is, and where all of them are found."""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

from scripts.local.aws import patches


class Replacements:
    """Hands a patch the means to replace attributes of moto, each of which can be put back."""

    def __init__(self) -> None:
        self._undo = ExitStack()

    def replace(self, owner: Any, name: str, value: Any) -> None:
        """Set an attribute of a module, class or object that must exist."""
        self._undo.enter_context(mock.patch.object(owner, name, value))

    def add(self, owner: Any, name: str, value: Any) -> None:
        """Set an attribute that must not exist: moto has grown its own where it does."""
        if hasattr(owner, name):
            raise AttributeError(f"{owner!r} has {name} already: is the patch still needed?")
        self._undo.enter_context(mock.patch.object(owner, name, value, create=True))

    def put_item(self, mapping: dict[str, Any], key: str, value: Any) -> None:
        """Set an item of a dictionary."""
        self._undo.enter_context(mock.patch.dict(mapping, {key: value}))

    def undo(self) -> None:
        """Put everything back."""
        self._undo.close()


PatchFunction = Callable[[Replacements], None]


@dataclass(frozen=True, slots=True)
class Patch:
    """A repair of one defect; the defect is what its docstring says."""

    function: PatchFunction

    @property
    def name(self) -> str:
        """`sqs.keeps_policy_text`, say."""
        return f"{self.function.__module__.rpartition('.')[2]}.{self.function.__name__}"

    def apply(self) -> Replacements:
        """Apply it to this process."""
        replacements = Replacements()
        self.function(replacements)
        return replacements


_PATCHES: list[Patch] = []


def patch(function: PatchFunction) -> PatchFunction:
    """Register a patch; those of one module are applied in the order they are written."""
    _PATCHES.append(Patch(function))
    return function


def all_patches() -> list[Patch]:
    """Every patch of every module beside this one."""
    for module in pkgutil.iter_modules(patches.__path__):
        importlib.import_module(f"scripts.local.aws.patches.{module.name}")
    return list(_PATCHES)


@contextmanager
def applied(chosen: Iterable[Patch]) -> Iterator[None]:
    """Apply patches for as long as the body runs."""
    with ExitStack() as stack:
        for each in chosen:
            stack.callback(each.apply().undo)
        yield
