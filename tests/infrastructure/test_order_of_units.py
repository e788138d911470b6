"""The order in which Terragrunt applies the units, and destroys them in reverse."""

import functools
from collections.abc import Mapping

import pytest

from scripts.common import environments
from scripts.docs import generated, units_graph

FUNCTIONS = ("lambda_batch_processor", "lambda_request_handler")


@functools.cache
def direct(environment: str) -> Mapping[str, frozenset[str]]:
    return units_graph.dependencies(environments.load(environment))


@pytest.mark.parametrize("environment", environments.names())
def test_a_destroy_gives_back_network_interfaces_while_their_role_exists(environment: str) -> None:
    before = units_graph.before(direct(environment))
    assert "iam" in before["network"]
    for function in FUNCTIONS:
        assert {"iam", "network"} <= before[function]


@pytest.mark.parametrize("environment", environments.names())
def test_the_diagram_in_the_documents_shows_the_units_of_every_environment(environment: str) -> None:
    shown = generated.part(units_graph.DOCUMENT, units_graph.COMMAND)
    assert shown == units_graph.block(units_graph.flowchart(direct(environment))), "run: units-graph --write"
