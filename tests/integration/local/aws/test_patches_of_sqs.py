import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from moto.sqs.models import Queue

from scripts.local.aws.patches import sqs
from tests.integration.local.aws.conftest import Compare
from tests.integration.local.aws.served import ACCOUNT_ID, REGION, Aws, refusal

ARN = f"arn:aws:sqs:{REGION}:{ACCOUNT_ID}"
POLICY = '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"*"}],"Version":"2012-10-17"}'
REDRIVE = json.dumps({"deadLetterTargetArn": f"{ARN}:dead-letters", "maxReceiveCount": "5"}, separators=(",", ":"))
ALLOW = json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": [f"{ARN}:chunks"]})


def queue_with_policies(aws: Aws) -> Any:
    aws("sqs").create_queue(QueueName="dead-letters")
    attributes = {"Policy": POLICY, "RedrivePolicy": REDRIVE}
    return aws("sqs").create_queue(QueueName="chunks", Attributes=attributes)["QueueUrl"]


def attributes_of(aws: Aws, url: str) -> Any:
    return aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]


def test_policies_come_back_as_they_were_given(compare: Compare) -> None:
    def policies(aws: Aws) -> tuple[str, str]:
        attributes = attributes_of(aws, queue_with_policies(aws))
        return attributes["Policy"], attributes["RedrivePolicy"]

    bad, good = compare(sqs.keeps_policy_texts, policies)

    assert (bad[0] != POLICY, bad[1] != REDRIVE) == (True, True)
    assert good == (POLICY, REDRIVE)


def test_update_of_something_else_keeps_the_policy(compare: Compare) -> None:
    def policy_after_update(aws: Aws) -> Any:
        url = queue_with_policies(aws)
        aws("sqs").set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "900"})
        return attributes_of(aws, url).get("Policy")

    bad, good = compare(sqs.keeps_policy_texts, policy_after_update)

    assert bad is None
    assert good == POLICY


def test_removed_policies_are_gone(compare: Compare) -> None:
    def policies_after_removal(aws: Aws) -> list[str]:
        url = queue_with_policies(aws)
        aws("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": "", "RedrivePolicy": ""})
        return [name for name in ("Policy", "RedrivePolicy") if name in attributes_of(aws, url)]

    _, good = compare(sqs.keeps_policy_texts, policies_after_removal)

    assert good == []


def test_redrive_allow_policy_is_kept(compare: Compare) -> None:
    def redrive_allow_policy(aws: Aws) -> Any:
        client = aws("sqs")
        url = client.create_queue(QueueName="dead-letters", Attributes={"RedriveAllowPolicy": ALLOW})["QueueUrl"]
        allowed = attributes_of(aws, url).get("RedriveAllowPolicy")
        return allowed or refusal(
            lambda: client.get_queue_attributes(QueueUrl=url, AttributeNames=["RedriveAllowPolicy"])
        )

    bad, good = compare(sqs.knows_redrive_allow_policy, redrive_allow_policy)

    assert bad == "InvalidAttributeName"
    assert good == ALLOW


def test_long_poll_receives_what_is_sent_meanwhile(compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    waits = threading.Event()
    wait = Queue.wait_for_messages

    def wait_for_messages(queue: Queue, timeout: int) -> None:
        waits.set()
        wait(queue, timeout)

    monkeypatch.setattr(Queue, "wait_for_messages", wait_for_messages)

    def messages_received(aws: Aws) -> int:
        waits.clear()
        client = aws("sqs")
        url = client.create_queue(QueueName="chunks")["QueueUrl"]
        with ThreadPoolExecutor() as pool:
            poll = pool.submit(client.receive_message, QueueUrl=url, WaitTimeSeconds=1)
            assert waits.wait(timeout=30)
            client.send_message(QueueUrl=url, MessageBody="chunk")
            return len(poll.result().get("Messages", []))

    bad, good = compare(sqs.waits_without_the_request_lock, messages_received)

    assert bad == 0
    assert good == 1


def test_a_queue_has_one_encryption(compare: Compare) -> None:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html"""

    def encrypted(aws: Aws) -> Any:
        urls = [
            aws("sqs").create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
            for name, attributes in (("kms", {"KmsMasterKeyId": "alias/aws/sqs"}), ("sqs", {}))
        ]
        return [attributes_of(aws, url)["SqsManagedSseEnabled"] for url in urls]

    assert compare(sqs.has_one_encryption, encrypted) == (["true", "true"], ["false", "true"])
