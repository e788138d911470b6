"""Patches of the code that all of moto's services share."""

from typing import Any

from moto.core.common_models import BaseModel

from scripts.local.aws.patches.registry import Replacements, patch


@patch
def forgets_what_is_deleted(moto: Replacements) -> None:
    """Every object and message stays in memory after it was deleted."""

    def new(cls: type[BaseModel], *_arguments: Any, **_named: Any) -> BaseModel:
        return object.__new__(cls)

    moto.replace(BaseModel, "__new__", staticmethod(new))
