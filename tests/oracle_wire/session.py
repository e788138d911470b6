"""One session: what its calls do, from the login to the last."""

from collections.abc import Callable

from tests.oracle_wire import replies
from tests.oracle_wire.buffers import Reader, Writer
from tests.oracle_wire.cursors import Cursors
from tests.oracle_wire.faults import Errors, Service, session_fault
from tests.oracle_wire.h2 import Connection
from tests.oracle_wire.lobs import LargeObjects
from tests.oracle_wire.packets import Channel, HungUpError, Marker, MarkerError
from tests.oracle_wire.replies import OracleError
from tests.oracle_wire.requests import Function, read_closed_cursors, read_schema

_FUNCTION, _PIGGYBACK = 3, 17
_INTERRUPTED = OracleError(1013, "user requested cancel of current operation")


class Session:
    """Answers the calls of a client that has logged in."""

    def __init__(
        self,
        channel: Channel,
        reader: Reader,
        connection: Connection,
        errors: Errors,
        service: Service,
        check_syntax: Callable[[str], None],
    ) -> None:
        self._channel = channel
        self._reader = reader
        self._connection = connection
        self._lobs = LargeObjects()
        self._cursors = Cursors(connection, errors, service, self._lobs, check_syntax, self._check_interrupt)
        self._fault: tuple[str, str] | None = None
        self._schema_error: OracleError | None = None

    def serve(self) -> None:
        """Answer calls until the client logs off or hangs up."""
        try:
            while self._answer():
                pass
        finally:
            self._connection.close()

    def _answer(self) -> bool:
        """Answer one call; False after the last one."""
        self._reader.drop()
        try:
            function = self._read_function()
        except MarkerError as found:
            # An interrupt may come when the call that it was meant for is over.
            if found.marker == Marker.BREAK:
                self._fail(_INTERRUPTED)
            return True
        fault, self._fault = self._fault, None
        if fault == ("HANG_UP", "BEFORE"):
            raise HungUpError
        if fault == ("SILENT", "TRUE"):
            self._channel.wait_for_the_end()
            raise HungUpError
        writer = Writer()
        try:
            if self._schema_error:
                error, self._schema_error = self._schema_error, None
                raise error
            self._call(function, writer)
        except OracleError as error:
            self._fail(error)
            return True
        assert not self._reader.left, f"{self._reader.left} bytes of {function.name} are left"
        if fault == ("HANG_UP", "AFTER"):
            raise HungUpError
        self._channel.send(bytes(writer.data))
        return function != Function.LOGOFF

    def _fail(self, error: OracleError) -> None:
        """Answer a call with an error, after the markers by which it is broken off."""
        self._channel.break_off()
        writer = Writer()
        self._cursors.end_call(writer, error=error)
        self._channel.send(bytes(writer.data))

    def _read_function(self) -> Function:
        """Do what rides along with a call, and give its function."""
        while (kind := self._reader.byte()) == _PIGGYBACK:
            function = Function(self._reader.byte())
            self._reader.byte()
            match function:
                case Function.CLOSE_CURSORS:
                    for number in read_closed_cursors(self._reader):
                        self._cursors.close(number)
                case Function.LOB:
                    self._lobs.free(self._reader)
                case Function.SET_SCHEMA:
                    self._set_schema(read_schema(self._reader))
                case _:
                    raise AssertionError(f"nothing is known of the piggyback {function.name}")
        assert kind == _FUNCTION, f"message {kind} instead of a function"
        function = Function(self._reader.byte())
        self._reader.byte()
        return function

    def _set_schema(self, schema: str) -> None:
        """Change the schema; the call that this rides along with fails if there is none of that name."""
        try:
            self._connection.use_schema(schema)
        except OracleError as error:
            self._schema_error = error

    def _call(self, function: Function, writer: Writer) -> None:
        match function:
            case Function.EXECUTE:
                self._cursors.execute(self._reader, writer, self._is_fault)
                return
            case Function.REEXECUTE | Function.REEXECUTE_AND_FETCH:
                self._cursors.reexecute(function, self._reader, writer)
                return
            case Function.FETCH:
                self._cursors.fetch(self._reader, writer)
                return
            case Function.LOB:
                self._lobs.operate(self._reader, writer)
            case Function.COMMIT:
                self._connection.commit()
            case Function.ROLLBACK:
                self._connection.rollback()
            case Function.PING | Function.LOGOFF:
                pass
            case _:
                raise AssertionError(f"nothing is known of {function.name}")
        replies.status(writer, in_transaction=self._connection.in_transaction)

    def _is_fault(self, sql: str) -> bool:
        """Take a statement that only asks for a fault of the next call."""
        self._fault = session_fault(sql)
        return self._fault is not None

    def _check_interrupt(self) -> None:
        """Raise if the client gave up waiting for the call."""
        if self._channel.has_something():
            try:
                self._channel.data()
            except MarkerError:
                raise _INTERRUPTED from None
