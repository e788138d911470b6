"""Defines a patch, and finds all of them."""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

from scripts.local.aws import patches


class Replacements:
    """Replaces attributes of moto for a patch, and restores them."""

    def __init__(self) -> None:
        self._undo = ExitStack()

    def replace(self, owner: Any, name: str, value: Any) -> None:
        """Replace an existing attribute of a module, class or object."""
        self._undo.enter_context(mock.patch.object(owner, name, value))

    def add(self, owner: Any, name: str, value: Any) -> None:
        """Add an attribute; raises AttributeError if moto has it by now."""
        if hasattr(owner, name):
            raise AttributeError(f"{owner!r} has {name} already: is the patch still needed?")
        self._undo.enter_context(mock.patch.object(owner, name, value, create=True))

    def put_item(self, mapping: dict[str, Any], key: str, value: Any) -> None:
        """Set an item of a dictionary."""
        self._undo.enter_context(mock.patch.dict(mapping, {key: value}))

    def undo(self) -> None:
        """Restore everything."""
        self._undo.close()


PatchFunction = Callable[[Replacements], None]


@dataclass(frozen=True, slots=True)
class Patch:
    """A patch of one defect, which its docstring describes."""

    function: PatchFunction

    @property
    def name(self) -> str:
        """For example `sqs.keeps_policy_texts`."""
        return f"{self.function.__module__.rpartition('.')[2]}.{self.function.__name__}"

    def apply(self) -> Replacements:
        """Apply it to this process."""
        replacements = Replacements()
        self.function(replacements)
        return replacements


_PATCHES: list[Patch] = []


def patch(function: PatchFunction) -> PatchFunction:
    """Register a patch; the patches of a module are applied in their order in the file."""
    _PATCHES.append(Patch(function))
    return function


def all_patches() -> list[Patch]:
    """Every patch of this package."""
    for module in pkgutil.iter_modules(patches.__path__):
        importlib.import_module(f"scripts.local.aws.patches.{module.name}")
    return list(_PATCHES)


@contextmanager
def applied(chosen: Iterable[Patch]) -> Iterator[None]:
    """Apply patches for the length of the block."""
    with ExitStack() as stack:
        for each in chosen:
            stack.callback(each.apply().undo)
        yield
