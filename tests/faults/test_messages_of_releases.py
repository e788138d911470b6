"""Messages of every release stay readable: a queue keeps them for days."""

import dataclasses
import json

import pytest

from csvbatch.pipeline.messages import FORMAT, ChunkMessage, MessageError, loads
from tests.faults.releases import SentMessage, sent_messages

TODAY = ChunkMessage("0123456789abcdef", 3, "a-bucket", "incoming/recipients/a.csv", "a-version", 10, 20)


@pytest.mark.parametrize("sent", sent_messages(), ids=lambda sent: sent.commit[:7])
def test_a_message_of_any_release_names_the_same_chunk_today(sent: SentMessage) -> None:
    assert loads(sent.body) == TODAY


def test_the_format_of_today_is_among_those_that_are_kept() -> None:
    """Whoever changes the format gives it a new number, and adds a message of it to those that are kept."""
    kept = [json.loads(sent.body) for sent in sent_messages()]
    assert dataclasses.asdict(TODAY) in kept
    assert {one["format"] for one in kept} == {*range(1, FORMAT + 1)}


def test_a_message_of_a_release_to_come_is_refused_and_stays_in_the_queue() -> None:
    with pytest.raises(MessageError, match=f"has format {FORMAT + 1}, and this version reads format {FORMAT}"):
        loads(json.dumps(dataclasses.asdict(TODAY) | {"format": FORMAT + 1}))
