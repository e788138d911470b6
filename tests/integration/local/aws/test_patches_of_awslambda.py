import hashlib
import io
import json
import threading
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from scripts.local.aws.patches import awslambda
from scripts.local.aws.patches.registry import all_patches
from scripts.local.aws.state import FUNCTION_ROUTES_VARIABLE
from tests.integration.local.aws.conftest import Compare
from tests.integration.local.aws.served import ACCOUNT_ID, REGION, Aws, Served, refusal

NAME = "csvbatch-test-request-handler"
ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:{NAME}"
QUEUE_ARN = f"arn:aws:sqs:{REGION}:{ACCOUNT_ID}:chunks"
BUCKET = "csvbatch-test-artifacts"
KEY = "functions/0a1b2c.zip"
DEAD_LETTERS = {"TargetArn": f"arn:aws:sqs:{REGION}:{ACCOUNT_ID}:{NAME}-dead-letters"}
LOGGING = {"LogFormat": "JSON", "LogGroup": f"/aws/lambda/{NAME}", "ApplicationLogLevel": "INFO"}


def package() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(zipfile.ZipInfo("handler.py"), "def handler(event, context): return event")
    return content.getvalue()


def function(aws: Aws, **given: Any) -> Any:
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = aws("iam").create_role(RoleName="function", AssumeRolePolicyDocument=json.dumps({"Statement": [trust]}))
    may = {"Effect": "Allow", "Action": ["ec2:*NetworkInterface*", "sqs:*"], "Resource": "*"}
    aws("iam").put_role_policy(
        RoleName="function", PolicyName="all", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [may]})
    )
    aws("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    aws("s3").put_object(Bucket=BUCKET, Key=KEY, Body=package())
    aws("lambda").create_function(
        FunctionName=NAME,
        Role=role["Role"]["Arn"],
        Handler="handler.handler",
        Runtime="python3.13",
        Code={"S3Bucket": BUCKET, "S3Key": KEY},
        **given,
    )
    return aws("lambda")


def mapped_queue(aws: Aws, function_name: str = NAME) -> tuple[Any, Any]:
    client = function(aws)
    client.create_alias(FunctionName=NAME, Name="live", FunctionVersion="$LATEST")
    url = aws("sqs").create_queue(QueueName="chunks")["QueueUrl"]
    mapping = client.create_event_source_mapping(EventSourceArn=QUEUE_ARN, FunctionName=function_name)
    return url, mapping


def test_code_from_a_bucket_has_the_digest_of_the_package(served: Served) -> None:
    def digest(aws: Aws) -> Any:
        return function(aws).get_function(FunctionName=NAME)["Configuration"]["CodeSha256"]

    found = served.run(all_patches(), digest)

    assert found == b64encode(hashlib.sha256(package()).digest()).decode()


@pytest.mark.parametrize(("name", "value"), [("DeadLetterConfig", DEAD_LETTERS), ("LoggingConfig", LOGGING)])
def test_dead_letters_and_logging_are_kept(compare: Compare, name: str, value: Any) -> None:
    def kept(aws: Aws) -> Any:
        return function(aws, **{name: value}).get_function_configuration(FunctionName=NAME).get(name)

    bad, good = compare(awslambda.keeps_dead_letters_and_logging, kept)

    assert bad is None
    assert good == value


def test_changed_logging_is_kept(compare: Compare) -> None:
    def level(aws: Aws) -> Any:
        client = function(aws, LoggingConfig=LOGGING)
        changed = LOGGING | {"ApplicationLogLevel": "DEBUG"}
        client.update_function_configuration(FunctionName=NAME, LoggingConfig=changed)
        configuration = client.get_function_configuration(FunctionName=NAME)
        return configuration.get("LoggingConfig", {}).get("ApplicationLogLevel")

    bad, good = compare(awslambda.keeps_dead_letters_and_logging, level)

    assert bad is None
    assert good == "DEBUG"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KMSKeyArn", f"arn:aws:kms:{REGION}:{ACCOUNT_ID}:key/ours"),
        ("TracingConfig", {"Mode": "Active"}),
        ("EphemeralStorage", {"Size": 1024}),
    ],
)
def test_updates_of_the_configuration_take_effect(compare: Compare, name: str, value: Any) -> None:
    def after_update(aws: Aws) -> Any:
        client = function(aws)
        client.update_function_configuration(FunctionName=NAME, **{name: value})
        return client.get_function_configuration(FunctionName=NAME).get(name)

    bad, good = compare(awslambda.updates_key_tracing_and_storage, after_update)

    assert bad != value
    assert good == value


def test_code_for_another_architecture_takes_effect(compare: Compare) -> None:
    def architectures(aws: Aws) -> Any:
        client = function(aws)
        client.update_function_code(FunctionName=NAME, S3Bucket=BUCKET, S3Key=KEY, Architectures=["arm64"])
        return client.get_function_configuration(FunctionName=NAME)["Architectures"]

    bad, good = compare(awslambda.updates_key_tracing_and_storage, architectures)

    assert bad == ["x86_64"]
    assert good == ["arm64"]


def test_function_knows_its_vpc(compare: Compare) -> None:
    def knows_its_vpc(aws: Aws) -> bool:
        vpc_id = aws("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnet = aws("ec2").create_subnet(VpcId=vpc_id, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
        group = aws("ec2").create_security_group(GroupName="f", Description="f", VpcId=vpc_id)["GroupId"]
        client = function(aws, VpcConfig={"SubnetIds": [subnet], "SecurityGroupIds": [group]})
        return bool(client.get_function_configuration(FunctionName=NAME)["VpcConfig"]["VpcId"] == vpc_id)

    bad, good = compare(awslambda.knows_its_vpc, knows_its_vpc)

    assert (bad, good) == (False, True)


def test_code_can_be_fetched_from_where_it_is_said_to_be(compare: Compare, served: Served) -> None:
    def fetched(aws: Aws) -> bytes | None:
        location = function(aws).get_function(FunctionName=NAME)["Code"]["Location"]
        if not location.startswith(served.url):
            return None
        return requests.get(location, verify=str(served.ca_file), timeout=10).content

    bad, good = compare(awslambda.lets_code_be_fetched, fetched)

    assert bad is None
    assert good == package()


@pytest.mark.parametrize("name", [f"{ARN}:live", f"{NAME}:live"])
def test_mapping_to_an_alias_names_the_alias(compare: Compare, name: str) -> None:
    bad, good = compare(awslambda.maps_sources_to_aliases, lambda aws: mapped_queue(aws, name)[1]["FunctionArn"])

    assert bad == ARN
    assert good == f"{ARN}:live"


def test_mapping_moved_to_an_alias_names_the_alias(compare: Compare) -> None:
    def moved(aws: Aws) -> Any:
        _, mapping = mapped_queue(aws)
        changed = aws("lambda").update_event_source_mapping(UUID=mapping["UUID"], FunctionName=f"{ARN}:live")
        return changed["FunctionArn"]

    bad, good = compare(awslambda.maps_sources_to_aliases, moved)

    assert bad == ARN
    assert good == f"{ARN}:live"


def test_message_to_a_mapped_queue_stays_there(compare: Compare) -> None:
    def messages_received(aws: Aws) -> Any:
        url, _ = mapped_queue(aws)
        refused = refusal(lambda: aws("sqs").send_message(QueueUrl=url, MessageBody="chunk"))
        return refused or len(aws("sqs").receive_message(QueueUrl=url)["Messages"])

    bad, good = compare(awslambda.leaves_messages_in_their_queue, messages_received)

    assert bad == "NotImplementedByLocalAws"
    assert good == 1


def test_later_event_invoke_configuration_is_in_force(compare: Compare) -> None:
    def retries(aws: Aws) -> Any:
        client = function(aws)
        for attempts in (2, 0):
            client.put_function_event_invoke_config(FunctionName=NAME, MaximumRetryAttempts=attempts)
        return client.get_function_event_invoke_config(FunctionName=NAME)["MaximumRetryAttempts"]

    bad, good = compare(awslambda.replaces_event_invoke_configuration, retries)

    assert bad == 2
    assert good == 0


class Runtime(BaseHTTPRequestHandler):
    """Executes every function: returns its event, or fails where the event says so."""

    def do_POST(self) -> None:
        event = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(202 if self.headers["X-Amz-Invocation-Type"] == "Event" else 200)
        if event == b'{"fail": true}':
            self.send_header("X-Amz-Function-Error", "Unhandled")
        self.send_header("Content-Length", str(len(event)))
        self.end_headers()
        self.wfile.write(event)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Runtime) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        routes = tmp_path / "functions.json"
        routes.write_text(json.dumps({NAME: f"http://127.0.0.1:{server.server_port}/invoke"}))
        monkeypatch.setenv(FUNCTION_ROUTES_VARIABLE, str(routes))
        yield
        server.shutdown()


def invocation(aws: Aws, **given: Any) -> Any:
    try:
        answer = function(aws).invoke(FunctionName=NAME, **given)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return answer["StatusCode"], answer["Payload"].read(), answer.get("FunctionError")


def test_invocation_without_anything_to_run_it_is_refused(compare: Compare) -> None:
    bad, good = compare(awslambda.invokes_over_http, lambda aws: invocation(aws, Payload=b"{}"))

    assert bad[0] == 200
    assert good == "NotImplementedByLocalAws"


@pytest.mark.usefixtures("runtime")
def test_invocation_is_handed_to_the_runtime(compare: Compare) -> None:
    bad, good = compare(awslambda.invokes_over_http, lambda aws: invocation(aws, Payload=b'{"rows": 1}'))

    assert b"docker" in bad[1]
    assert good == (200, b'{"rows": 1}', None)


@pytest.mark.usefixtures("runtime")
def test_failure_of_a_function_is_reported(compare: Compare) -> None:
    _, good = compare(awslambda.invokes_over_http, lambda aws: invocation(aws, Payload=b'{"fail": true}'))

    assert good == (200, b'{"fail": true}', "Unhandled")


@pytest.mark.usefixtures("runtime")
def test_asynchronous_invocation_is_accepted(compare: Compare) -> None:
    _, good = compare(awslambda.invokes_over_http, lambda aws: invocation(aws, InvocationType="Event", Payload=b"{}"))

    assert good[0] == 202
