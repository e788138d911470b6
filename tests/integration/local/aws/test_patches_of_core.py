from moto.sqs.models import Message

from scripts.local.aws.patches import core
from tests.integration.local.aws.conftest import Compare
from tests.integration.local.aws.served import Aws


def test_deleted_messages_are_forgotten(compare: Compare) -> None:
    def messages_kept(aws: Aws) -> int:
        tracked: list[Message] = vars(Message)["instances_tracked"]
        before = len(tracked)
        client = aws("sqs")
        url = client.create_queue(QueueName="chunks")["QueueUrl"]
        client.send_message(QueueUrl=url, MessageBody="chunk")
        client.purge_queue(QueueUrl=url)
        return len(tracked) - before

    bad, good = compare(core.forgets_what_is_deleted, messages_kept)

    assert bad == 1
    assert good == 0
