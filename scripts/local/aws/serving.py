"""All of moto's services as one WSGI application, and its TLS server."""

import io
import logging
import re
import ssl
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import Any

from flask import Flask
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import ThreadedWSGIServer
from werkzeug.wrappers import Request

from scripts.local.aws.authorization import authorizer
from scripts.local.aws.client import SNAPSHOT_PATH
from scripts.local.aws.error_response import error_response
from scripts.local.aws.request_lock import REQUEST_LOCK
from scripts.local.aws.validation import request_validator

log = logging.getLogger(__name__)

Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]

_SIGNED_FOR = re.compile(r"Credential=[^/]*/\d{8}/[^/]*/(?P<service>[^/]+)/aws4_request")
_WITHOUT_BODY = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})
_CONNECTION_HEADERS = frozenset({"connection", "transfer-encoding"})
_QUERY_ACTION = re.compile(rb"(?:^|&)Action=(\w+)")


@dataclass(slots=True)
class _Response:
    status: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    chunks: list[bytes] = field(default_factory=list)

    def start(self, status: str, headers: list[tuple[str, str]], _exc_info: object = None) -> Callable[[bytes], object]:
        self.status, self.headers = status, headers
        return self.chunks.append


class Application:
    """The application on the port: AWS, and the snapshot for `local-aws`.

    `validates` is off only in tests of what moto itself accepts.
    """

    def __init__(
        self,
        snapshot: Callable[[], bytes],
        restore: Callable[[bytes], object],
        *,
        enforce_iam: bool = False,
        validates: bool = True,
    ) -> None:
        self._aws = DomainDispatcherApplication(partial(_app, enforce_iam=enforce_iam, validates=validates))
        self._snapshot = snapshot
        self._restore = restore

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request and log it."""
        started = time.monotonic()
        body = _take_body(environ)
        with REQUEST_LOCK:
            response = self._respond(environ, body)
        milliseconds = (time.monotonic() - started) * 1000
        log.info("%s %s %.0f ms", response.status[:3], _described(environ, body), milliseconds)
        start_response(response.status, response.headers)
        return response.chunks

    def _respond(self, environ: Environ, body: bytes) -> _Response:
        response = _Response()
        try:
            if environ["PATH_INFO"] == SNAPSHOT_PATH:
                if environ["REQUEST_METHOD"] == "PUT":
                    self._restore(body)
                    return _response(HTTPStatus.OK, "text/plain", b"")
                return _response(HTTPStatus.OK, "application/octet-stream", self._snapshot())
            answer = self._aws(environ, response.start)
            response.chunks = list(answer)
            answer.close()
        except Exception as error:
            log.exception("moto failed on %s", _described(environ, body))
            return _not_implemented(environ, error)
        return response


def _app(service: Any, *, enforce_iam: bool, validates: bool) -> Flask:
    """One of moto's services behind the checks: permissions first, as on AWS, then the parameters."""
    app = create_backend_app(service)
    if enforce_iam:
        app.before_request(lambda: authorizer.authorize(service))
        app.after_request(lambda response: authorizer.after(service, response))
    if validates:
        app.before_request(lambda: request_validator.validate(service))
    return app


class RequestHandler(MotoRequestHandler):
    """Keeps connections open, which saves a handshake per request.

    A response is sent in one piece. Go's client sometimes closes a new connection between the headers of a response
    and its body, and repeats the request: Terraform then found the state locked by its own first request.
    """

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def handle_expect_100(self) -> bool:
        """Tell a waiting client to continue, without delay."""
        continues = super().handle_expect_100()
        self.wfile.flush()
        return continues

    def run_wsgi(self) -> None:
        """Answer the request; the application reads its whole body."""
        self.environ = self.make_environ()
        response = _Response()
        body = b"".join(self.server.app(self.environ, response.start))
        status, _, phrase = response.status.partition(" ")
        has_body = self.command != "HEAD" and int(status) not in _WITHOUT_BODY
        self.send_response(int(status), phrase)
        for name, value in response.headers:
            if name.lower() not in _CONNECTION_HEADERS and not (has_body and name.lower() == "content-length"):
                self.send_header(name, value)
        if has_body:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if has_body:
            self.wfile.write(body)
        self.wfile.flush()

    def finish(self) -> None:
        """Close the connection; a client that has closed it already is not an error."""
        with suppress(OSError):
            super().finish()


class Server(ThreadedWSGIServer):
    """One thread per connection on 127.0.0.1, TLS handshake included."""

    def __init__(self, listening_fd: int, application: Application, tls: ssl.SSLContext) -> None:
        super().__init__("127.0.0.1", 0, application, RequestHandler, fd=listening_fd)
        # werkzeug does the handshake in the accepting thread, where one silent client would block all others.
        self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.ssl_context = tls


def _take_body(environ: Environ) -> bytes:
    """Read the whole body before taking the request lock, so that a slow sender blocks nobody."""
    stream = environ["wsgi.input"]
    if environ.get("wsgi.input_terminated"):
        body: bytes = stream.read()
        del environ["HTTP_TRANSFER_ENCODING"]
    else:
        body = stream.read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
    return body


def _service(environ: Environ) -> str:
    signed_for = _SIGNED_FOR.search(environ.get("HTTP_AUTHORIZATION", ""))
    return signed_for["service"] if signed_for else "unsigned"


def _described(environ: Environ, body: bytes) -> str:
    """The call without headers, values or content: secrets and rows must not be logged."""
    call = f"{_service(environ)} {environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
    if query := environ.get("QUERY_STRING"):
        call += "?" + "&".join(pair.partition("=")[0] for pair in query.split("&"))
    action = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
    if not action and _is_form(environ) and (match := _QUERY_ACTION.search(body)):
        action = match[1].decode()
    return f"{call} {action}" if action else call


def _is_form(environ: Environ) -> bool:
    return str(environ.get("CONTENT_TYPE", "")).startswith("application/x-www-form-urlencoded")


def _not_implemented(environ: Environ, error: Exception) -> _Response:
    """A 501: SDKs retry a 500 for minutes."""
    text = f"the local AWS failed, see its log: {type(error).__name__}: {error}"
    answer = error_response(
        _service(environ), Request(environ), "NotImplementedByLocalAws", text, HTTPStatus.NOT_IMPLEMENTED
    )
    return _Response(answer.status, list(answer.headers), [answer.get_data()])


def _response(status: HTTPStatus, content_type: str, body: bytes) -> _Response:
    headers = [("Content-Type", content_type), ("Content-Length", str(len(body)))]
    return _Response(f"{status.value} {status.phrase}", headers, [body])
