"""Takes connections: refuses them, or logs clients in and gives each a session in a thread of its own."""

import socket
import ssl
import traceback
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from threading import Lock, Thread

from tests.oracle_wire import replies
from tests.oracle_wire.buffers import Reader, Writer
from tests.oracle_wire.faults import Service, service
from tests.oracle_wire.h2 import Database
from tests.oracle_wire.login import Login, agree_on_types, negotiate
from tests.oracle_wire.packets import PROTOCOL_VERSION, Channel, HungUpError, service_name
from tests.oracle_wire.replies import OracleError
from tests.oracle_wire.session import Session
from tests.support.oracle_syntax import foreign_to_oracle

_TOO_OLD = 312


class Listener:
    """A listener with all its databases."""

    def __init__(self, password: str, context: ssl.SSLContext | None, start_java: Callable[[], None]) -> None:
        self._password = password
        self._context = context
        self._start_java = start_java
        self._databases: dict[str, Database] = {}
        self._lock = Lock()
        self._sessions = count(1)

    def serve(self, server: socket.socket) -> None:
        """Take connections until the process ends."""
        while True:
            connection, _ = server.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            Thread(target=self._serve_one, args=(connection,), daemon=True).start()

    def _serve_one(self, connection: socket.socket) -> None:
        try:
            with connection:
                if self._context:
                    with suppress(OSError), self._context.wrap_socket(connection, server_side=True) as secure:
                        self._talk(Channel(secure))
                else:
                    self._talk(Channel(connection))
        except (HungUpError, ConnectionError):
            pass
        except Exception:
            traceback.print_exc()

    def _talk(self, channel: Channel) -> None:
        asked = service(service_name(channel.connect_data()))
        if asked.hangs_up:
            return
        if asked.is_silent:
            channel.wait_for_the_end()
            return
        if asked.refusal:
            channel.refuse(asked.refusal)
            channel.wait_for_the_end()
            return
        channel.accept(_TOO_OLD if asked.is_old else PROTOCOL_VERSION, demands_encryption=asked.demands_encryption)
        reader = Reader(channel.data)
        channel.send(negotiate(reader, longest_text=asked.longest_text))
        channel.send(agree_on_types(reader))
        login = Login(self._password)
        channel.send(login.challenge(reader))
        try:
            channel.send(login.verify(reader, next(self._sessions)))
        except OracleError as error:
            _refuse_login(channel, error)
            return
        database = self._database(asked)
        connection = database.open(login.user)
        Session(channel, reader, connection, database.errors, asked, _check_syntax).serve()

    def _database(self, asked: Service) -> Database:
        with self._lock:
            if not self._databases:
                # Not before there is a login: a listener that only refuses is ready sooner.
                self._start_java()
            if asked.database not in self._databases:
                self._databases[asked.database] = Database(asked.database)
            return self._databases[asked.database]


def _refuse_login(channel: Channel, error: OracleError) -> None:
    writer = Writer()
    replies.end_of_call(writer, in_transaction=False, error=error)
    channel.send(bytes(writer.data))
    channel.wait_for_the_end()


def _check_syntax(sql: str) -> None:
    """Refuse what H2 takes and Oracle does not have."""
    if found := foreign_to_oracle(sql):
        raise OracleError(900, f"invalid SQL statement: {'; '.join(found)}: {sql}")
