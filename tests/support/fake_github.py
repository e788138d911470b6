"""The part of GitHub's REST API that the jobs use, on loopback: comments, issues and releases of one repository."""

import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlparse

REPOSITORY = "example-org/csvbatch"
TOKEN = "made-up"
PAGE = 2
"""Items of a page, however many are asked for: few enough that lists have several pages."""


@dataclass
class Forge:
    """What the repository holds, and what was asked of it."""

    url: str = ""
    comments: list[dict[str, Any]] = field(default_factory=list)
    issues: list[dict[str, Any]] = field(default_factory=list)
    releases: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    permissions: Mapping[str, str] | None = None
    """Those of the token, as a workflow gives them to a job; without any it may do everything."""

    @property
    def variables(self) -> dict[str, str]:
        """The environment of a job."""
        return {"GITHUB_API_URL": self.url, "GITHUB_REPOSITORY": REPOSITORY, "GITHUB_TOKEN": TOKEN}

    def comment(self, number: int, body: str, kind: str = "Bot") -> dict[str, Any]:
        one = {"id": len(self.comments) + 1, "issue": number, "body": body, "user": {"type": kind}}
        self.comments.append(one)
        return one

    def issue(self, title: str, body: str, kind: str = "Bot", **more: Any) -> dict[str, Any]:
        number = len(self.issues) + 1
        one = {"number": number, "title": title, "body": body, "user": {"type": kind}, "state": "open", **more}
        self.issues.append(one)
        return one

    def may(self, method: str, path: str) -> bool:
        """Whether the token's permissions are enough.

        https://docs.github.com/en/rest/authentication/permissions-required-for-github-apps
        """
        if self.permissions is None:
            return True
        comments = {"issues", "pull-requests"} if "/comments" in path else {"issues"}
        enough = comments if path.startswith("/issues") else {"contents"}
        levels = {"write"} if method != "GET" else {"read", "write"}
        return any(self.permissions.get(one) in levels for one in enough)

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        """The status and the answer to one call."""
        given = json.loads(body) if body and not path.startswith("/uploads/") else {}
        found = re.fullmatch(r"/issues/(\d+)/comments", path)
        if found and method == "GET":
            return 200, [one for one in self.comments if one["issue"] == int(found[1])]
        if found:
            return 201, self.comment(int(found[1]), given["body"])
        if method == "GET" and path == "/issues":
            return 200, [one for one in self.issues if one["state"] == "open"]
        if method == "POST" and path == "/issues":
            return 201, self.issue(given["title"], given["body"])
        if method == "PATCH" and (found := re.fullmatch(r"/issues/comments/(\d+)", path)):
            return 200, _changed(self.comments[int(found[1]) - 1], given)
        if method == "PATCH" and (found := re.fullmatch(r"/issues/(\d+)", path)):
            return 200, _changed(self.issues[int(found[1]) - 1], given)
        if method == "POST" and path == "/releases":
            self.releases.append({**given, "id": 1, "upload_url": f"{self.url}/repos/{REPOSITORY}/uploads/1{{?name}}"})
            return 201, self.releases[-1]
        if method == "PATCH" and path == "/releases/1":
            return 200, _changed(self.releases[0], given)
        return 404, {"message": "Not Found"}


def _changed(one: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    one.update(given)
    return one


@contextmanager
def serving() -> Iterator[Forge]:
    """A server that holds nothing, until the block ends."""
    forge = Forge()

    class Handler(BaseHTTPRequestHandler):
        def respond(self) -> None:
            parsed = urlparse(self.path)
            path = parsed.path.removeprefix(f"/repos/{REPOSITORY}")
            query = parse_qs(parsed.query)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            forge.calls.append(f"{self.command} {path}")
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                return self.send(401, {"message": "Bad credentials"})
            if not forge.may(self.command, path):
                return self.send(403, {"message": "Resource not accessible by integration"})
            if path.startswith("/uploads/"):
                forge.files[query["name"][0]] = body
                return self.send(201, {})
            status, answer = forge.answer(self.command, path, body)
            if not isinstance(answer, list):
                return self.send(status, answer)
            page = int(query.get("page", ["1"])[0])
            more = f'<{forge.url}{parsed.path}?page={page + 1}>; rel="next"' if len(answer) > page * PAGE else ""
            return self.send(status, answer[(page - 1) * PAGE : page * PAGE], more)

        do_GET = do_POST = do_PATCH = respond  # noqa: N815

        def send(self, status: int, answer: Any, link: str = "") -> None:
            text = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            if link:
                self.send_header("Link", link)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    forge.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield forge
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
