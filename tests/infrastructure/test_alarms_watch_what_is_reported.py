"""The alarms on the functions' own metrics name the namespace, dimension and names that the functions report."""

import json
import os
import re
import subprocess
import sys

import pytest

from scripts.common import environments
from scripts.common.paths import REPOSITORY
from tests.support.rendering import rendered

ENVIRONMENTS = environments.names()
FUNCTIONS = {"lambda_batch_processor": "batch_processor", "lambda_request_handler": "request_handler"}
ALARMS = (REPOSITORY / "modules" / "monitoring" / "alarms.tf").read_text(encoding="utf-8")
REPORT = """
import json
from csvbatch.aws.powertools import METRICS
METRICS.add_metric(name="ChunksFailed", unit="Count", value=1)
print(json.dumps(METRICS.serialize_metric_set()))
METRICS.clear_metrics()
"""


def test_a_metric_is_reported_with_the_service_as_its_only_dimension() -> None:
    done = subprocess.run(
        [sys.executable, "-c", REPORT],
        env={
            **os.environ,
            "POWERTOOLS_SERVICE_NAME": "request_handler",
            "POWERTOOLS_METRICS_NAMESPACE": "namespace",
            "POWERTOOLS_TRACE_DISABLED": "true",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    reported = json.loads(done.stdout)
    (described,) = reported["_aws"]["CloudWatchMetrics"]
    assert (described["Namespace"], described["Dimensions"]) == ("namespace", [["service"]])
    assert reported["service"] == "request_handler"
    dimensions = re.findall(r"dimensions\s*= \{ (\w+)\s*= function\.metrics\.service \}", ALARMS)
    assert dimensions
    assert set(dimensions) == {"service"}


def test_the_request_handler_reports_what_is_watched_of_it() -> None:
    handler = (REPOSITORY / "lambdas" / "request_handler" / "handler.py").read_text(encoding="utf-8")
    assert 'name="ChunksFailed"' in handler
    assert '"ChunksFailed"' in ALARMS


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_alarms_take_namespace_and_service_from_the_functions(environment: str) -> None:
    watched = rendered(environment, "monitoring")["inputs"]["functions"]
    assert {name: one["metrics"] for name, one in watched.items()} == {
        service: {"namespace": "mock", "service": service} for service in FUNCTIONS.values()
    }


@pytest.mark.parametrize("function", FUNCTIONS)
def test_environments_that_share_an_account_do_not_share_metrics(function: str) -> None:
    namespaces = [rendered(name, function)["inputs"]["metrics_namespace"] for name in ENVIRONMENTS]
    assert len(set(namespaces)) == len(ENVIRONMENTS)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_chunk_that_keeps_failing_is_one_alarm(environment: str) -> None:
    window = rendered(environment, "monitoring")["inputs"]["queue"]["failure_window_seconds"]
    assert window > rendered(environment, "sqs")["inputs"]["visibility_timeout_seconds"]
