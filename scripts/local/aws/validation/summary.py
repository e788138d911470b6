"""The number of validation rules by service and source."""

from collections import Counter
from collections.abc import Iterator

from moto.core.utils import get_service_model

from scripts.local.aws.validation import against_state, documented, quotas, resource_schemas, shapes

SERVICES = sorted({name.partition(".")[0] for name in resource_schemas.RESOURCE_TYPES} | {"dynamodb", "sts"})
"""The services that the modules and functions use."""

EVERY_SERVICE = "every service"


def rules() -> Iterator[tuple[str, int, int, int]]:
    """Yield service, and its constraints in the model, in resource schemas and in documented rules."""
    in_schemas: Counter[str] = Counter()
    by_type = resource_schemas.constraints()
    for service, kind in {(name.partition(".")[0], kind) for name, kind in resource_schemas.RESOURCE_TYPES.items()}:
        in_schemas[service] += by_type[kind]
    documented_rules: Counter[str] = Counter()
    for rule in (*documented.RULES, *against_state.RULES, *quotas.RULES):
        documented_rules.update({name.partition(".")[0] for name in rule.operations} or {EVERY_SERVICE})
    for service in SERVICES:
        model = get_service_model(service)
        inputs = (model.operation_model(name).input_shape for name in model.operation_names)
        yield service, sum(map(shapes.constraints, inputs)), in_schemas[service], documented_rules[service]
    yield EVERY_SERVICE, 0, 0, documented_rules[EVERY_SERVICE]
