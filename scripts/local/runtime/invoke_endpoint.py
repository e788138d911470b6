"""The endpoint through which the local AWS's Lambda invokes functions; see `scripts.local.aws.functions`."""

import json
import threading
from collections.abc import Callable, Iterable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from scripts.local.aws.state import write_atomically
from scripts.local.runtime.sandbox import Result


class InvokeEndpoint:
    """A loopback server with a URL for each function, which it publishes in a file of the local AWS.

    `invoke` runs a function and waits for it, `invoke_later` does not wait.
    """

    def __init__(
        self, routes: Path, invoke: Callable[[str, bytes], Result], invoke_later: Callable[[str, bytes], object]
    ) -> None:
        self._routes = routes
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(invoke, invoke_later))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def publish(self, functions: Iterable[str]) -> None:
        """Publish the URLs of these functions."""
        base = f"http://127.0.0.1:{self._server.server_port}"
        write_atomically(self._routes, json.dumps({name: f"{base}/{name}" for name in functions}).encode())

    def close(self) -> None:
        """Remove the URLs and stop the server."""
        self._routes.unlink(missing_ok=True)
        self._server.shutdown()
        self._server.server_close()


def _handler(
    invoke: Callable[[str, bytes], Result], invoke_later: Callable[[str, bytes], object]
) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            name = unquote(self.path.removeprefix("/"))
            event = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.headers.get("X-Amz-Invocation-Type") == "Event":
                invoke_later(name, event)
                self._reply(b"", None)
                return
            result = invoke(name, event)
            self._reply(result.payload, result.error)

        def log_message(self, format: str, *args: Any) -> None:
            """Log nothing: the log belongs to the function."""

        def _reply(self, payload: bytes, error: str | None) -> None:
            self.send_response(HTTPStatus.OK)
            if error:
                self.send_header("X-Amz-Function-Error", error)
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

    return Handler
