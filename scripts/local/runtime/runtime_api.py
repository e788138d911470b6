"""The Runtime API of one execution environment.

Its four operations: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import json
import queue
import threading
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_PREFIX = "/2018-06-01/runtime/"


@dataclass(frozen=True, slots=True)
class Invocation:
    """An event for a function, and its deadline in seconds since 1970."""

    event: bytes
    deadline: float
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of an invocation; `is_error` if the function raised an exception."""

    request_id: str
    payload: bytes
    is_error: bool


@dataclass(frozen=True, slots=True)
class Ready:
    """The function is initialised and asks for its first invocation."""


@dataclass(frozen=True, slots=True)
class InitialisationError:
    """The function's module failed to load; `payload` is the error as JSON."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class Exited:
    """The process exited."""

    status: int


@dataclass(frozen=True, slots=True)
class TimeUp:
    """The invocation is to end as if its timeout had passed."""


type Event = Answer | Ready | InitialisationError | Exited | TimeUp


class RuntimeApi:
    """A loopback server for one process; its calls arrive in `events`, in order."""

    def __init__(self, function_arn: str) -> None:
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._function_arn = function_arn
        self._invocations: queue.SimpleQueue[Invocation | None] = queue.SimpleQueue()
        self._asked = False
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def address(self) -> str:
        """Host and port, for AWS_LAMBDA_RUNTIME_API."""
        return f"127.0.0.1:{self._server.server_port}"

    def send(self, invocation: Invocation) -> None:
        """Queue an invocation for the process."""
        self._invocations.put(invocation)

    def close(self) -> None:
        """Stop the server, and release a process that waits for an invocation."""
        self._invocations.put(None)
        self._server.shutdown()
        self._server.server_close()

    def next_invocation(self) -> Invocation | None:
        """Wait for an invocation; None when there will be none."""
        if not self._asked:
            self._asked = True
            self.events.put(Ready())
        return self._invocations.get()

    def headers_of(self, invocation: Invocation) -> dict[str, str]:
        """What Lambda says of an invocation beside its event."""
        trace = f"1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]}"
        return {
            "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
            "Lambda-Runtime-Deadline-Ms": str(int(invocation.deadline * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": self._function_arn,
            "Lambda-Runtime-Trace-Id": f"Root={trace};Parent={uuid.uuid4().hex[:16]};Sampled=1",
        }

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle(self) -> None:
                # The process can be killed at any time.
                with suppress(ConnectionError):
                    super().handle()

            def do_GET(self) -> None:
                if self.path != f"{_PREFIX}invocation/next":
                    self._reply(HTTPStatus.NOT_FOUND)
                    return
                invocation = api.next_invocation()
                if invocation is None:
                    self.close_connection = True
                    return
                self._reply(HTTPStatus.OK, invocation.event, api.headers_of(invocation))

            def do_POST(self) -> None:
                payload = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                match self.path.removeprefix(_PREFIX).split("/"):
                    case ["init", "error"]:
                        api.events.put(InitialisationError(payload))
                    case ["invocation", request_id, "response"]:
                        api.events.put(Answer(request_id, payload, is_error=False))
                    case ["invocation", request_id, "error"]:
                        api.events.put(Answer(request_id, payload, is_error=True))
                    case _:
                        self._reply(HTTPStatus.NOT_FOUND)
                        return
                self._reply(HTTPStatus.ACCEPTED, b'{"status":"OK"}')

            def log_message(self, format: str, *args: Any) -> None:
                """Log nothing: the log belongs to the function."""

            def _reply(self, status: HTTPStatus, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
                self.send_response(status)
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        return Handler


def error_payload(kind: str, message: str) -> bytes:
    """An error in Lambda's format."""
    return json.dumps({"errorMessage": message, "errorType": kind}).encode()
