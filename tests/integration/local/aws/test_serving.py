import logging
import socket
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from moto.awslambda.models import LambdaBackend
from moto.ec2 import models as ec2_models
from moto.iam.models import IAMBackend
from moto.s3.models import S3Backend
from moto.sqs.models import SQSBackend

from scripts.local.aws.patches.registry import all_patches
from tests.integration.local.aws.served import REGION, Aws, Served, refusal


@pytest.mark.parametrize(
    ("backend", "method", "call"),
    [
        (S3Backend, "list_buckets", lambda aws: aws("s3").list_buckets()),
        (SQSBackend, "list_queues", lambda aws: aws("sqs").list_queues()),
        (IAMBackend, "list_users", lambda aws: aws("iam").list_users()),
        (LambdaBackend, "list_functions", lambda aws: aws("lambda").list_functions()),
        (ec2_models.EC2Backend, "describe_vpcs", lambda aws: aws("ec2").describe_vpcs()),
    ],
    ids=["s3", "json", "query", "rest-json", "ec2"],
)
def test_failure_inside_moto_is_an_error_that_no_sdk_repeats(
    served: Served,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    backend: type,
    method: str,
    call: Any,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a defect of moto")

    def status_and_code(aws: Aws) -> Any:
        with pytest.raises(aws("s3").exceptions.ClientError) as caught:
            call(aws)
        return caught.value.response

    with caplog.at_level(logging.ERROR):
        served.run([], lambda aws: aws("sts").get_caller_identity())
        monkeypatch.setattr(backend, method, fail)
        answer = served.run([], status_and_code)

    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert answer["Error"]["Code"] == "NotImplementedByLocalAws"
    assert "ZeroDivisionError: a defect of moto" in answer["Error"]["Message"]
    assert "ZeroDivisionError" in caplog.text


def test_log_names_the_call_and_nothing_that_it_carries(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    def send(aws: Aws) -> None:
        url = aws("sqs").create_queue(QueueName="chunks")["QueueUrl"]
        aws("sqs").send_message(QueueUrl=url, MessageBody="somebody's row")

    with caplog.at_level(logging.INFO):
        served.run(all_patches(), send)

    assert "200 sqs POST / SendMessage" in caplog.text
    assert "somebody" not in caplog.text


def test_of_two_conditional_writes_at_once_one_succeeds(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    both_inside = threading.Barrier(2)
    put_object = S3Backend.put_object

    def meeting(*arguments: Any, **named: Any) -> Any:
        with suppress(threading.BrokenBarrierError):
            both_inside.wait(timeout=0.5)
        return put_object(*arguments, **named)

    def lock_twice(aws: Aws) -> list[str]:
        client = aws("s3")
        client.create_bucket(Bucket="state", CreateBucketConfiguration={"LocationConstraint": REGION})

        def lock(owner: int) -> str:
            return refusal(lambda: client.put_object(Bucket="state", Key="tflock", Body=b"%d" % owner, IfNoneMatch="*"))

        with ThreadPoolExecutor(2) as pool:
            return sorted(pool.map(lock, range(2)))

    monkeypatch.setattr(S3Backend, "put_object", meeting)

    assert served.run(all_patches(), lock_twice) == ["", "PreconditionFailed"]


def test_a_silent_client_does_not_block_others(served: Served) -> None:
    host, _, port = served.url.removeprefix("https://").partition(":")
    with socket.create_connection((host, int(port))):
        answer = served.run([], lambda aws: aws("sts").get_caller_identity())

    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_plain_http_is_not_answered(served: Served) -> None:
    host, _, port = served.url.removeprefix("https://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = connection.recv(100)

    assert not answer.startswith(b"HTTP/")


def test_certificate_is_trusted_through_its_authority_only(served: Served) -> None:
    host, _, port = served.url.removeprefix("https://").partition(":")
    connection = socket.create_connection((host, int(port)), timeout=10)
    with connection, pytest.raises(ssl.SSLCertVerificationError):
        ssl.create_default_context().wrap_socket(connection, server_hostname=host)


def test_chunked_upload_arrives_whole(served: Served) -> None:
    def stored(aws: Aws) -> bytes:
        client = aws("s3")
        client.create_bucket(Bucket="data", CreateBucketConfiguration={"LocationConstraint": REGION})
        client.put_object(Bucket="data", Key="a", Body=b"id\n1\n", ChecksumAlgorithm="SHA256")
        content: bytes = client.get_object(Bucket="data", Key="a")["Body"].read()
        return content

    assert served.run(all_patches(), stored) == b"id\n1\n"


def connected(served: Served) -> ssl.SSLSocket:
    host, _, port = served.url.removeprefix("https://").partition(":")
    context = ssl.create_default_context(cafile=str(served.ca_file))
    return context.wrap_socket(socket.create_connection((host, int(port)), timeout=10), server_hostname=host)


def test_head_and_body_of_an_answer_leave_in_one_piece(served: Served) -> None:
    with connected(served) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        record = connection.recv(1 << 16)

    assert record.startswith(b"HTTP/1.1 200 ")
    assert record.endswith(b"</ListAllMyBucketsResult>")


@pytest.mark.parametrize("first", [b"GET / ", b"HEAD /nothing-here "], ids=["body", "no body"])
def test_a_connection_is_used_again(served: Served, first: bytes) -> None:
    with connected(served) as connection:
        for request in (first, b"GET / "):
            connection.sendall(request + b"HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = connection.recv(1 << 16)

    assert answer.startswith(b"HTTP/1.1 200 ")


def test_a_client_that_expects_continue_gets_it(served: Served) -> None:
    with connected(served) as connection:
        connection.sendall(b"PUT /b/k HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n")
        asked = connection.recv(1 << 16)
        connection.sendall(b"x")
        answer = connection.recv(1 << 16)

    assert asked.startswith(b"HTTP/1.1 100 ")
    assert answer.startswith(b"HTTP/1.1 404 ")
