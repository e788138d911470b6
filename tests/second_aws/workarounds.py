"""What the deployed functions need to run on MiniStack, which AWS does not ask for; each has a row in the table.

MiniStack ignores `Range` where an object is read by version, so functions read through `ranges_by_version`. And it asks
for permissions that AWS does not: `allow` gives them to the functions' roles for the time of the demo.
"""

import http.client
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from scripts.account.names import Names
from tests.second_aws.server import Ministack

POLICY = "ministack-only"
_LIMIT_SECONDS = 120
_OF_THE_CONNECTION = frozenset({"connection", "transfer-encoding", "content-length", "keep-alive"})


def allow(iam: Any, names: Names, bucket: str, queue_arn: str) -> None:
    """Allow what MiniStack refuses and AWS does not; `forbid` takes it back."""
    statements = [
        {"Effect": "Allow", "Action": ["sqs:SendMessageBatch"], "Resource": queue_arn},
        {
            "Effect": "Allow",
            "Action": ["s3:PutObjectTagging", "s3:PutObjectVersionTagging"],
            "Resource": f"arn:aws:s3:::{bucket}/incoming/*",
        },
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    for role in _roles(names):
        iam.put_role_policy(RoleName=role, PolicyName=POLICY, PolicyDocument=document)


def forbid(iam: Any, names: Names) -> None:
    """Take back what `allow` gave."""
    for role in _roles(names):
        iam.delete_role_policy(RoleName=role, PolicyName=POLICY)


def _roles(names: Names) -> tuple[str, str]:
    """The roles of the functions, which have the functions' names."""
    return names.batch_processor, names.request_handler


@contextmanager
def ranges_by_version(ministack: Ministack) -> Iterator[str]:
    """Pass every request on to MiniStack, and cut the answers whose range it ignored; gives the URL."""
    certificate, key = ministack.tls_files
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    target = urlsplit(ministack.endpoint.url).netloc
    trusted = ssl.create_default_context(cafile=str(ministack.endpoint.ca_bundle))
    handler = type("Handler", (_Handler,), {"target": target, "trusted": trusted})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"https://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def cut(path: str, wanted: str | None, status: int, body: bytes) -> tuple[int, bytes, str | None]:
    """Status, body and Content-Range that AWS would answer, where a range of a version was asked for and ignored."""
    if wanted is None or status != HTTPStatus.OK or "versionId" not in parse_qs(urlsplit(path).query):
        return status, body, None
    first, _, last = wanted.removeprefix("bytes=").partition("-")
    start, end = int(first), min(int(last or len(body)), len(body) - 1)
    return HTTPStatus.PARTIAL_CONTENT, body[start : end + 1], f"bytes {start}-{end}/{len(body)}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    target: str
    trusted: ssl.SSLContext

    def handle(self) -> None:
        """Answer requests until the client closes the connection."""
        with suppress(OSError):
            super().handle()

    def handle_one_request(self) -> None:
        """Answer one request of whichever method."""
        self.raw_requestline = self.rfile.readline()
        if not self.raw_requestline:
            self.close_connection = True
        elif self.parse_request():
            self._pass_on()

    def _pass_on(self) -> None:
        connection = http.client.HTTPSConnection(self.target, context=self.trusted, timeout=_LIMIT_SECONDS)
        try:
            body = self._body()
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in _OF_THE_CONNECTION | {"expect"}:
                    connection.putheader(name, value)
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            self._send(answer, answer.read())
        finally:
            connection.close()

    def log_message(self, format: str, *arguments: object) -> None:
        """Log nothing."""

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def _send(self, answer: http.client.HTTPResponse, body: bytes) -> None:
        status, content, content_range = cut(self.path, self.headers.get("Range"), answer.status, body)
        self.send_response(status)
        for name, value in answer.getheaders():
            # A checksum is that of the whole object.
            of_another = content_range and name.lower().startswith("x-amz-checksum-")
            if name.lower() not in _OF_THE_CONNECTION and not of_another:
                self.send_header(name, value)
        if content_range:
            self.send_header("Content-Range", content_range)
        length = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(content))
        self.send_header("Content-Length", length or "0")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
