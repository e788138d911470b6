import json
from typing import Any

import pytest

from csvbatch.contract.columns import COLUMN_TYPES
from csvbatch.contract.json_schema import contract_schema
from scripts.common.paths import REPOSITORY

SHIPPED = REPOSITORY / "lambdas" / "contracts" / "contract.schema.json"


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return contract_schema()


def test_the_shipped_schema_is_that_of_the_code(schema: dict[str, Any]) -> None:
    assert json.loads(SHIPPED.read_text(encoding="utf-8")) == schema, (
        f"write it again: python -m csvbatch.contract.json_schema > {SHIPPED.name}"
    )


def test_every_setting_is_described(schema: dict[str, Any]) -> None:
    settings = {f"Contract.{name}": setting for name, setting in schema["properties"].items()}
    for kind in COLUMN_TYPES.values():
        definition = schema["$defs"][kind.__name__]
        settings |= {f"{kind.__name__}.{name}": setting for name, setting in definition["properties"].items()}

    undescribed = {name for name, setting in settings.items() if "description" not in setting}

    assert undescribed == {f"{kind.__name__}.type" for kind in COLUMN_TYPES.values()}


def test_an_editor_is_told_of_unknown_and_missing_settings(schema: dict[str, Any]) -> None:
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["dataset", "table", "columns", "key"]
    decimal = schema["$defs"]["DecimalColumn"]
    assert decimal["additionalProperties"] is False
    assert decimal["required"] == ["type", "name", "precision", "scale"]
    assert decimal["properties"]["precision"]["maximum"] == 38
