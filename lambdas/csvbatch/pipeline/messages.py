"""The format of messages. A message names the chunk to load and carries no row (claim check pattern)."""

import dataclasses
import json
from dataclasses import dataclass

FORMAT = 1


class MessageError(Exception):
    """The message is not from this platform, or has a format that this version does not know."""


@dataclass(frozen=True, slots=True)
class ChunkMessage:
    """A chunk to load. The ledger is authoritative; the byte range is for people who read the queue."""

    batch: str
    chunk: int
    bucket: str
    key: str
    version: str
    start: int
    end: int
    format: int = FORMAT

    def dumps(self) -> str:
        """Give the body of the message."""
        return json.dumps(dataclasses.asdict(self))


_FIELDS = {field.name: field.type for field in dataclasses.fields(ChunkMessage)}


def loads(body: str) -> ChunkMessage:
    """Read a message's body; raises MessageError, which names the wrong fields but never their content.

    The checks are written by hand, because importing a validation library would take most of the function's start.
    """
    try:
        found = json.loads(body)
    except ValueError:
        raise _not_ours("the body is not JSON") from None
    if not isinstance(found, dict):
        raise _not_ours("the body is not an object")
    # Another format has other fields: during a deployment it is the message of another release.
    if type(found.get("format")) is int and found["format"] != FORMAT:
        raise MessageError(f"the message has format {found['format']}, and this version reads format {FORMAT}")
    wrong = [name for name, kind in _FIELDS.items() if type(found.get(name)) is not kind]
    if wrong or found.keys() != _FIELDS.keys():
        raise _not_ours(f"wrong or missing: {', '.join(wrong) or 'no field'}; unknown: {len(found.keys() - _FIELDS)}")
    return ChunkMessage(**found)


def _not_ours(why: str) -> MessageError:
    return MessageError(f"the message is not from this platform ({why}); it can be deleted")
