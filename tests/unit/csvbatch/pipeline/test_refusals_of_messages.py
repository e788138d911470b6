"""What is said of a message that is not ours, and of a file that was given up."""

import json

import pytest

from csvbatch.pipeline.failures import refusal_of
from csvbatch.pipeline.messages import ChunkMessage, MessageError, loads

MESSAGE = ChunkMessage("0123456789abcdef", 3, "bucket", "incoming/d/a.csv", "1", 10, 20)
OURS = json.loads(MESSAGE.dumps())


def test_a_message_comes_back_as_it_was() -> None:
    assert loads(MESSAGE.dumps()) == MESSAGE
    assert OURS["format"] == 1


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("not json", "the body is not JSON"),
        ("[1]", "the body is not an object"),
        (json.dumps({}), f"wrong or missing: {', '.join(OURS)}; unknown: 0"),
        (json.dumps({**OURS, "chunk": "3", "start": True}), "wrong or missing: chunk, start; unknown: 0"),
        (json.dumps({**OURS, "more": 1, "still more": 2}), "wrong or missing: no field; unknown: 2"),
    ],
)
def test_a_message_that_is_not_ours_says_what_is_wrong_with_it(body: str, why: str) -> None:
    with pytest.raises(MessageError) as refused:
        loads(body)
    assert str(refused.value) == f"the message is not from this platform ({why}); it can be deleted"


def test_a_message_of_another_format_is_named_as_such() -> None:
    with pytest.raises(MessageError) as refused:
        loads(json.dumps({**OURS, "format": 2}))
    assert str(refused.value) == "the message has format 2, and this version reads format 1"


def test_a_message_of_a_release_to_come_is_never_said_to_be_deletable() -> None:
    """During a deployment it waits in the queue for that release's handler, and has what that release needs."""
    with pytest.raises(MessageError) as refused:
        loads(json.dumps({**OURS, "format": 2, "more": [1]}))
    assert str(refused.value) == "the message has format 2, and this version reads format 1"


AGAIN = "then `csvbatch replay b1`, or drop the file again."


@pytest.mark.parametrize(
    ("code", "reason", "sentence"),
    [
        (
            "out_of_time",
            "too_long_to_split",
            "The batch processor got no further with this file within one run, in 5 attempts. Send it as several "
            f"smaller files; or raise the batch processor's timeout, {AGAIN}",
        ),
        (
            "interrupted",
            "interrupted",
            "The batch processor was terminated 5 times while it split this file (out of memory or time). Send it as "
            f"several smaller files; or raise the batch processor's memory or timeout, {AGAIN}",
        ),
        (
            "InvalidObjectState",
            "InvalidObjectState",
            "The file could not be processed in 5 attempts (InvalidObjectState). It is in an archive storage class: "
            f"restore it, {AGAIN}",
        ),
        (
            "AccessDenied",
            "AccessDenied",
            "The file could not be processed in 5 attempts (AccessDenied). It exists, but the batch processor has no "
            f"access: correct its owner, its key or the policies, {AGAIN}",
        ),
        (
            "KMS.DisabledException",
            "KMS.DisabledException",
            "The file could not be processed in 5 attempts (KMS.DisabledException). Its encryption key cannot be used: "
            f"correct the key or its policy, {AGAIN}",
        ),
        (
            "Odd",
            "Odd",
            "The file could not be processed in 5 attempts (Odd). Look up the code and the batch processor's log, and "
            f"remove the cause, {AGAIN}",
        ),
    ],
)
def test_a_file_that_was_given_up_says_why_and_what_to_do(code: str, reason: str, sentence: str) -> None:
    assert refusal_of(code, 5, "b1") == (reason, sentence)
