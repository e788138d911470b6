"""The temporary large objects of a session, through which long texts are bound."""

from itertools import count

from tests.oracle_wire import replies
from tests.oracle_wire.buffers import Reader, Writer
from tests.oracle_wire.requests import LOCATOR_BYTES, LobOperation, read_freed_lobs, read_lob_request

# Bytes of a locator that say: its text goes as UTF-16, and the driver has to free it.
_FLAGS = {6: 0x80, 7: 0x01}


class LargeObjects:
    """What was written to each temporary large object."""

    def __init__(self) -> None:
        self._texts: dict[bytes, str] = {}
        self._numbers = count(1)

    def text(self, locator: bytes) -> str:
        """Give all of a text."""
        return self._texts[locator]

    def free(self, reader: Reader) -> None:
        """Forget those that the driver no longer needs."""
        for locator in read_freed_lobs(reader):
            del self._texts[locator]

    def operate(self, reader: Reader, writer: Writer) -> None:
        """Create one, or write to its end."""
        request = read_lob_request(reader)
        if request.operation == LobOperation.CREATE_TEMPORARY:
            locator = bytearray(LOCATOR_BYTES)
            locator[-4:] = next(self._numbers).to_bytes(4)
            for at, flag in _FLAGS.items():
                locator[at] = flag
            self._texts[bytes(locator)] = ""
            replies.locator(writer, bytes(locator), is_new=True)
            return
        text = self._texts[request.locator]
        assert request.offset == len(text) + 1, "a large object is not written from front to back"
        self._texts[request.locator] = text + request.data.decode("utf-16-be")
        replies.locator(writer, request.locator, is_new=False)
