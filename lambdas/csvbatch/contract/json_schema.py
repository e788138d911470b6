"""JSON Schema of a contract file, with which an editor completes and checks one.

`python -m csvbatch.contract.json_schema` prints it; `lambdas/contracts/contract.schema.json` is its copy.
"""

import json
from typing import Any

from pydantic import TypeAdapter

from csvbatch.contract.base_column import BaseColumn
from csvbatch.contract.columns import (
    COLUMN_TYPES,
    MAXIMUM_INTEGER,
    MAXIMUM_PRECISION,
    MAXIMUM_TEXT_BYTES,
    MINIMUM_INTEGER,
)
from csvbatch.contract.model import DATASET, MAXIMUM_COLUMNS, MAXIMUM_EXPECTED_HOURS, Contract
from csvbatch.contract.settings import IDENTIFIER

_IDENTIFIER = {"pattern": f"^{IDENTIFIER.pattern}$"}
_ONE_CHARACTER = {"minLength": 1, "maxLength": 1}
_INTEGER = {"minimum": MINIMUM_INTEGER, "maximum": MAXIMUM_INTEGER}
_TOKENS = {"minItems": 1, "items": {"type": "string", "minLength": 1}}

# What the classes check themselves, as keywords of JSON Schema.
_LIMITS: dict[str, dict[str, dict[str, Any]]] = {
    "Contract": {
        "dataset": {"pattern": f"^{DATASET.pattern}$"},
        "table": _IDENTIFIER,
        "columns": {"minItems": 1, "maxItems": MAXIMUM_COLUMNS},
        "key": {"minItems": 1, "uniqueItems": True},
        "delimiter": _ONE_CHARACTER,
        "quote": _ONE_CHARACTER,
        "maximum_reject_share": {"minimum": 0, "maximum": 1},
        "expected_every_hours": {"minimum": 1, "maximum": MAXIMUM_EXPECTED_HOURS},
    },
    "StringColumn": {
        "max_length": {"minimum": 1, "maximum": MAXIMUM_TEXT_BYTES},
        "min_length": {"minimum": 1},
    },
    "IntegerColumn": {"minimum": _INTEGER, "maximum": _INTEGER},
    "DecimalColumn": {
        "precision": {"minimum": 1, "maximum": MAXIMUM_PRECISION},
        "scale": {"minimum": 0, "maximum": MAXIMUM_PRECISION},
    },
    "BooleanColumn": {"true_tokens": _TOKENS, "false_tokens": _TOKENS},
}


def contract_schema() -> dict[str, Any]:
    """Give the JSON Schema of one contract file (https://json-schema.org/draft/2020-12)."""
    schema: dict[str, Any] = TypeAdapter(Contract).json_schema()
    definitions = schema["$defs"]
    # pydantic takes descriptions from a class's own source, so inherited settings have none.
    inherited = TypeAdapter(BaseColumn).json_schema()["properties"]
    inherited["name"] |= _IDENTIFIER
    for kind in COLUMN_TYPES.values():
        definition = definitions[kind.__name__]
        definition["properties"] |= inherited
        definition["required"] = ["type", *definition["required"]]
    for name, settings in _LIMITS.items():
        properties = (schema if name == "Contract" else definitions[name])["properties"]
        for setting, keywords in settings.items():
            properties[setting] |= keywords
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return dict(_without_titles(schema))


def _without_titles(node: Any) -> Any:
    """Drop the titles that pydantic derives from names: an editor would show them instead of the names."""
    if isinstance(node, dict):
        return {key: _without_titles(value) for key, value in node.items() if key != "title"}
    if isinstance(node, list):
        return [_without_titles(value) for value in node]
    return node


if __name__ == "__main__":
    print(json.dumps(contract_schema(), indent=2))
