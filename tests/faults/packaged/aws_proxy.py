"""Stands between the functions and the local AWS, and answers as AWS does where it fails."""

import json
import re
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import urllib3
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from scripts.local.aws.environment import Endpoint
from scripts.local.aws.error_response import error_response
from tests.faults.packaged.conditions import ENDS_PROCESS, Conditions
from tests.faults.weather import Kind

_SIGNED_FOR = re.compile(r"Credential=[^/]*/\d{8}/[^/]*/(?P<service>[^/]+)/aws4_request")
_OF_A_CONNECTION = frozenset({"connection", "content-length", "transfer-encoding", "expect"})
_LIMIT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer; `length` is that of its body, which may be cut off."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    length: int


class AwsProxy:
    """An endpoint for functions, which passes requests on to a local AWS unless a fault strikes."""

    def __init__(self, upstream: Endpoint, conditions: Conditions) -> None:
        self._upstream = upstream
        self._conditions = conditions
        self._pool = urllib3.PoolManager(ca_certs=str(upstream.ca_bundle), retries=False, maxsize=10)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def endpoint(self) -> Endpoint:
        """Where the functions find it."""
        return replace(self._upstream, url=f"http://127.0.0.1:{self._server.server_port}")

    def close(self) -> None:
        """Stop it."""
        self._server.shutdown()
        self._server.server_close()
        self._pool.clear()

    def answer(self, request: "_Request") -> _Answer | None:
        """Answer a request; None if the function that sent it was ended."""
        before = self._conditions.strikes(*request.kinds)
        if before in ENDS_PROCESS:
            self._conditions.end_process(before)
            return None
        answer = self._refused(request, before) or self._passed_on(request, before)
        after = self._conditions.strikes()
        if after in ENDS_PROCESS:
            self._conditions.end_process(after)
            return None
        if before is Kind.S3_BREAKS_OFF:
            return replace(answer, body=answer.body[: len(answer.body) // 2])
        return answer

    def _refused(self, request: "_Request", kind: Kind | None) -> _Answer | None:
        """Give an error that the service answers with: the codes are those of its API reference."""
        if request.service == "s3" and self._conditions.is_throttled("s3", Kind.S3_THROTTLES):
            # https://docs.aws.amazon.com/AmazonS3/latest/userguide/ErrorBestPractices.html
            return request.error("SlowDown", "Please reduce your request rate.", 503)
        if request.operation == "SendMessageBatch" and self._conditions.is_throttled("sqs", Kind.QUEUE_THROTTLES):
            # https://docs.aws.amazon.com/botocore/latest/reference/services/sqs/client/exceptions/RequestThrottled.html
            return request.error("RequestThrottled", "The request was denied due to request throttling.", 400)
        match kind:
            case Kind.S3_DENIES:
                return request.error("AccessDenied", "Access Denied", 403)
            case Kind.SECRET_MISSING:
                text = "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT"
                return request.error("ResourceNotFoundException", text, 400)
        return None

    def _passed_on(self, request: "_Request", kind: Kind | None) -> _Answer:
        if request.operation != "SendMessageBatch":
            return self._forward(request, request.body)
        wanted = json.loads(request.body)
        refused: list[dict[str, Any]] = []
        if kind is Kind.QUEUE_TAKES_SOME:
            refused, wanted["Entries"] = wanted["Entries"][1::2], wanted["Entries"][::2]
        elif kind is Kind.MESSAGES_REORDERED:
            wanted["Entries"].reverse()
        answer = self._forward(request, json.dumps(wanted).encode())
        said = json.loads(answer.body)
        self._conditions.sent += len(said.get("Successful", []))
        if refused:
            failed = [{"Id": one["Id"], "SenderFault": False, "Code": "InternalError"} for one in refused]
            said["Failed"] = [*said.get("Failed", []), *failed]
        return _answer(answer.status, answer.headers, json.dumps(said).encode())

    def _forward(self, request: "_Request", body: bytes) -> _Answer:
        answer = self._pool.request(
            request.method,
            self._upstream.url + request.path,
            body=body,
            headers={name: value for name, value in request.headers.items() if name.lower() not in _OF_A_CONNECTION},
            timeout=_LIMIT_SECONDS,
            redirect=False,
            decode_content=False,
        )
        headers = [(name, value) for name, value in answer.headers.items() if name.lower() not in _OF_A_CONNECTION]
        return _answer(answer.status, headers, answer.data)


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def service(self) -> str:
        signed_for = _SIGNED_FOR.search(self.headers.get("Authorization", ""))
        return signed_for["service"] if signed_for else ""

    @property
    def operation(self) -> str:
        """The operation of a service with JSON; empty for S3."""
        return self.headers.get("X-Amz-Target", "").rpartition(".")[2]

    @property
    def is_read(self) -> bool:
        """Whether it reads an object of S3."""
        path, _, query = self.path.partition("?")
        of_object = path.count("/") > 1 and "tagging" not in query
        return self.service == "s3" and self.method == "GET" and of_object

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The faults of such requests, other than throttling and those of every call."""
        match self.service, self.operation:
            case "s3", _:
                return (Kind.S3_DENIES, Kind.S3_BREAKS_OFF) if self.is_read else (Kind.S3_DENIES,)
            case _, "SendMessageBatch":
                return Kind.QUEUE_TAKES_SOME, Kind.MESSAGES_REORDERED
            case _, "GetSecretValue":
                return (Kind.SECRET_MISSING,)
        return ()

    def error(self, code: str, message: str, status: int) -> _Answer:
        environ = EnvironBuilder(content_type=self.headers.get("Content-Type")).get_environ()
        found = error_response(self.service, Request(environ), code, message, status)
        headers = [(name, value) for name, value in found.headers if name.lower() not in _OF_A_CONNECTION]
        return _answer(status, headers, found.get_data())


def _answer(status: int, headers: list[tuple[str, str]], body: bytes) -> _Answer:
    return _Answer(status, headers, body, len(body))


def _handler(proxy: AwsProxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def handle(self) -> None:
            # The function can be killed at any time.
            with suppress(OSError):
                super().handle()

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name: value for name, value in self.headers.items() if name != "Host"}
            answer = proxy.answer(_Request(self.command, self.path, headers, body))
            if answer is None:
                self._await_end()
                return
            self.send_response_only(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(answer.length))
            self.end_headers()
            self.wfile.write(answer.body)
            self.wfile.flush()
            self.close_connection |= len(answer.body) < answer.length

        do_GET = do_PUT = do_POST = do_DELETE = _answer  # noqa: N815 - http.server calls these names

        def handle_expect_100(self) -> bool:
            continues = super().handle_expect_100()
            self.wfile.flush()
            return continues

        def _await_end(self) -> None:
            """Leave the request without an answer until the function is gone."""
            self.connection.settimeout(_LIMIT_SECONDS)
            with suppress(OSError):
                self.connection.recv(1)
            self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            """Log nothing."""

    return Handler
