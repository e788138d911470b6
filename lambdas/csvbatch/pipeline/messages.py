"""What a message says: which chunk to load. It carries no row, only where the rows are (a claim check)."""

import dataclasses
import json
from dataclasses import dataclass

FORMAT = 1


class MessageError(Exception):
    """A message that is not ours, or not of a format this version knows."""


@dataclass(frozen=True, slots=True)
class ChunkMessage:
    """A chunk to load. The ledger is the authority on it; the range is there for people who read the queue."""

    batch: str
    chunk: int
    bucket: str
    key: str
    version: str
    start: int
    end: int
    format: int = FORMAT

    def dumps(self) -> str:
        """As the body of a message."""
        return json.dumps(dataclasses.asdict(self))


_FIELDS = {field.name: field.type for field in dataclasses.fields(ChunkMessage)}


def loads(body: str) -> ChunkMessage:
    """Read a message's body; MessageError names the fields that are wrong, never what was in them.

    Checked by hand: a validation library would be most of what the function has to import before its first message.
    """
    try:
        found = json.loads(body)
    except ValueError:
        raise _not_ours("the body is not JSON") from None
    if not isinstance(found, dict):
        raise _not_ours("the body is not an object")
    wrong = [name for name, kind in _FIELDS.items() if type(found.get(name)) is not kind]
    if wrong or found.keys() != _FIELDS.keys():
        raise _not_ours(f"wrong or missing: {', '.join(wrong) or 'no field'}; unknown: {len(found.keys() - _FIELDS)}")
    if found["format"] != FORMAT:
        raise MessageError(f"the message has format {found['format']}, and this version reads format {FORMAT}")
    return ChunkMessage(**found)


def _not_ours(why: str) -> MessageError:
    return MessageError(f"the message is not one of ours ({why}); it can be deleted")
