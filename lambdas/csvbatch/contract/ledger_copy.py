"""The copy of its contract that each batch keeps in the ledger, as JSON.

A batch is loaded with the contract that was in force when its file was found. The request handler reads this copy,
so nothing here imports pydantic or YAML, which take longer to import than the rest of its start.
"""

import dataclasses
import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from csvbatch.contract.columns import COLUMN_TYPES, Column
from csvbatch.contract.model import Contract, ContractError, ContractProblem

# Settings that copies made by earlier releases do not have, with the values that those releases used.
_SETTINGS_ADDED_LATER: dict[str, Any] = {"quoting": "lenient"}

# How the values of `minimum`, `maximum` and `allowed` are read from JSON, by type of column.
_FROM_JSON: dict[str, Callable[[str], object]] = {
    "decimal": Decimal,
    "date": date.fromisoformat,
    "timestamp": datetime.fromisoformat,
}


def dumps(contract: Contract) -> str:
    """Write the contract as JSON with every setting, so that a default that changes later does not change it."""
    return json.dumps(dataclasses.asdict(contract), default=str, separators=(",", ":"))


def loads_json(text: str) -> Contract:
    """Read what `dumps` wrote; raises `ContractError` for anything else."""
    try:
        settings = json.loads(text)
        share = settings["maximum_reject_share"]
        return Contract(
            **_SETTINGS_ADDED_LATER
            | settings
            | {
                "columns": tuple(map(_column, settings["columns"])),
                "key": tuple(settings["key"]),
                "maximum_reject_share": None if share is None else Decimal(share),
            }
        )
    except (ValueError, TypeError, KeyError, AttributeError, InvalidOperation) as error:
        problem = ContractProblem(
            source="the batch's copy of its contract",
            line=None,
            reason=f"this release cannot read it ({error})",
            advice="drop the file again to load it with the current contract",
        )
        raise ContractError([problem]) from error


def _column(settings: dict[str, Any]) -> Column:
    kind = settings["type"]
    read = _FROM_JSON.get(kind)

    def value(setting: str, raw: Any) -> Any:
        if isinstance(raw, list):
            return tuple(value(setting, item) for item in raw)
        bound = setting in ("minimum", "maximum", "allowed")
        return read(raw) if read and bound and raw is not None else raw

    return COLUMN_TYPES[kind](**{setting: value(setting, raw) for setting, raw in settings.items()})
