import json
from pathlib import Path
from typing import Any

import boto3
import pytest

from scripts.common.errors import UserError
from scripts.local.runtime.aws import Aws
from scripts.local.runtime.functions import DATABASE_VARIABLE, Paths
from scripts.local.runtime.runtime import LocalRuntime
from scripts.local.runtime.sandbox import Sandbox
from tests.integration.local.runtime.deployment import Deployment

DOES_AS_TOLD = """
import os, time
calls = 0
print("loaded")
def handler(event, context):
    global calls
    calls += 1
    match event["do"]:
        case "return":
            return {"calls": calls, "memory": context.memory_limit_in_mb, "arn": context.invoked_function_arn}
        case "environment":
            return dict(os.environ)
        case "remaining":
            return context.get_remaining_time_in_millis()
        case "raise":
            raise ValueError("as told")
        case "exit":
            os._exit(3)
        case "hang":
            time.sleep(3600)
        case "eat":
            eaten = b"x" * (300 * 1024 * 1024)
            return len(eaten)
"""


def called(runtime: LocalRuntime, function: str, do: str) -> Any:
    result = runtime.invoke(function, json.dumps({"do": do}).encode())
    assert result.error is None, result.payload
    return json.loads(result.payload)


def failed(runtime: LocalRuntime, function: str, do: str) -> Any:
    result = runtime.invoke(function, json.dumps({"do": do}).encode())
    assert result.error == "Unhandled", result.payload
    return json.loads(result.payload)


def test_a_function_sees_its_memory_setting_and_arn(runtime: LocalRuntime, deployment: Deployment) -> None:
    function = deployment.function(DOES_AS_TOLD, MemorySize=512)
    answer = called(runtime, function, "return")
    assert answer == {"calls": 1, "memory": "512", "arn": deployment.arn(function)}


def test_a_process_stays_warm_between_invocations(runtime: LocalRuntime, deployment: Deployment) -> None:
    function = deployment.function(DOES_AS_TOLD)
    called(runtime, function, "return")
    assert called(runtime, function, "return")["calls"] == 2


def test_a_function_has_its_own_variables_and_none_of_this_shell(
    runtime: LocalRuntime, deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OF_THIS_SHELL", "yes")
    function = deployment.function(DOES_AS_TOLD, Environment={"Variables": {"OWN": "value"}})
    environment = called(runtime, function, "environment")
    assert (environment["OWN"], environment.get("OF_THIS_SHELL")) == ("value", None)


def test_the_address_of_the_store_is_replaced_and_nothing_else(
    aws: Aws, deployment: Deployment, tmp_path: Path
) -> None:
    variables = {DATABASE_VARIABLE: "oracle://db:2484/APP", "OTHER": "as deployed"}
    function = deployment.function(DOES_AS_TOLD, Environment={"Variables": variables})
    with LocalRuntime(aws, Paths(deployment.packages, tmp_path), {DATABASE_VARIABLE: "sqlite:///x.db"}) as runtime:
        environment = called(runtime, function, "environment")
    assert (environment[DATABASE_VARIABLE], environment["OTHER"]) == ("sqlite:///x.db", "as deployed")


def test_credentials_are_those_of_the_functions_role(runtime: LocalRuntime, deployment: Deployment, aws: Aws) -> None:
    function = deployment.function(DOES_AS_TOLD)
    environment = called(runtime, function, "environment")
    sts = boto3.client(
        "sts",
        endpoint_url=aws.endpoint.url,
        region_name=aws.endpoint.region,
        verify=str(aws.endpoint.ca_bundle),
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=environment["AWS_SESSION_TOKEN"],
    )
    assert f"assumed-role/{function}/" in sts.get_caller_identity()["Arn"]


def test_a_package_missing_from_the_zip_is_missing_although_it_is_installed_here(
    runtime: LocalRuntime, deployment: Deployment
) -> None:
    function = deployment.function("import boto3\ndef handler(event, context): ...\n")
    error = failed(runtime, function, "return")
    assert error["errorType"] == "Runtime.ImportModuleError"
    assert "No module named 'boto3'" in error["errorMessage"]


def test_what_a_function_raises_is_its_result_and_it_stays_warm(runtime: LocalRuntime, deployment: Deployment) -> None:
    function = deployment.function(DOES_AS_TOLD)
    error = failed(runtime, function, "raise")
    assert (error["errorType"], error["errorMessage"]) == ("ValueError", "as told")
    assert called(runtime, function, "return")["calls"] == 2


def test_a_function_that_exits_fails_and_the_next_invocation_restarts_it(
    runtime: LocalRuntime, deployment: Deployment
) -> None:
    function = deployment.function(DOES_AS_TOLD)
    error = failed(runtime, function, "exit")
    assert (error["errorType"], error["errorMessage"][-13:]) == ("Runtime.ExitError", "exit status 3")
    assert called(runtime, function, "return")["calls"] == 1


def test_a_function_that_takes_too_long_is_killed_and_restarted(runtime: LocalRuntime, deployment: Deployment) -> None:
    function = deployment.function(DOES_AS_TOLD, Timeout=1)
    called(runtime, function, "return")
    (process,) = runtime.function(function).processes
    assert failed(runtime, function, "hang")["errorMessage"].endswith("Task timed out after 1.00 seconds")
    assert not Path(f"/proc/{process}").exists()
    assert called(runtime, function, "return")["calls"] == 1


def test_a_function_that_takes_more_memory_than_it_has_is_killed_and_restarted(
    runtime: LocalRuntime, deployment: Deployment
) -> None:
    function = deployment.function(DOES_AS_TOLD, MemorySize=128)
    error = failed(runtime, function, "eat")
    assert error["errorType"] == "Runtime.ExitError"
    assert error["errorMessage"].endswith("Runtime exited with error: signal: killed")
    assert called(runtime, function, "return")["calls"] == 1


def test_a_function_with_enough_memory_takes_it(runtime: LocalRuntime, deployment: Deployment) -> None:
    function = deployment.function(DOES_AS_TOLD, MemorySize=512)
    assert called(runtime, function, "eat") == 300 * 1024 * 1024


def test_a_function_gets_its_remaining_time(runtime: LocalRuntime, deployment: Deployment) -> None:
    function = deployment.function(DOES_AS_TOLD, Timeout=20)
    assert 10_000 < called(runtime, function, "remaining") <= 20_000


def test_loading_has_a_budget_of_its_own_and_then_the_timeout(runtime: LocalRuntime, deployment: Deployment) -> None:
    function = deployment.function("import time\ntime.sleep(3600)\n", Timeout=1)
    task = runtime.function(function).task
    sandbox = Sandbox(
        type(task)(**{name: getattr(task, name) for name in task.__slots__} | {"initialisation_seconds": 0.2})
    )
    error = json.loads(sandbox.invoke(b"{}").payload)
    assert error["errorMessage"] == "initialisation took longer than 1 s, the function's timeout"


def test_what_a_function_prints_is_in_its_log(runtime: LocalRuntime, deployment: Deployment) -> None:
    function = deployment.function(DOES_AS_TOLD)
    called(runtime, function, "return")
    assert "loaded" in runtime.paths.log(function).read_text()


def test_no_process_is_left_behind(aws: Aws, deployment: Deployment, tmp_path: Path) -> None:
    function = deployment.function(DOES_AS_TOLD)
    with LocalRuntime(aws, Paths(deployment.packages, tmp_path)) as runtime:
        called(runtime, function, "return")
        (process,) = runtime.function(function).processes
    assert not Path(f"/proc/{process}").exists()


def test_code_that_was_not_deployed_is_never_run(runtime: LocalRuntime, deployment: Deployment) -> None:
    function = deployment.function(DOES_AS_TOLD)
    (deployment.packages / "x86_64" / f"{function}.json").unlink()
    with pytest.raises(UserError, match=f"{function} was deployed with CodeSha256 "):
        runtime.invoke(function, b"{}")


def test_a_function_that_is_not_deployed_is_refused_with_those_that_are(
    runtime: LocalRuntime, deployment: Deployment
) -> None:
    there = deployment.function(DOES_AS_TOLD)
    with pytest.raises(UserError, match=f"there is no function 'loader'.*{there}"):
        runtime.invoke("loader", b"{}")


def test_an_asynchronous_invocation_that_fails_is_tried_once_and_becomes_a_dead_letter(
    runtime: LocalRuntime, deployment: Deployment, aws: Aws
) -> None:
    url, arn = deployment.queue()
    function = deployment.function(DOES_AS_TOLD, DeadLetterConfig={"TargetArn": arn})
    runtime.invoke_later(function, b'{"do": "raise"}').result()
    assert called(runtime, function, "return")["calls"] == 2
    (letter,) = aws.client("sqs").receive_message(QueueUrl=url, MessageAttributeNames=["All"])["Messages"]
    assert letter["Body"] == '{"do": "raise"}'
    assert letter["MessageAttributes"]["ErrorMessage"]["StringValue"] == "as told"
