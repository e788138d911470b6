"""`make audit` with the real pip-audit, against an advisory database on a loopback port."""

import json
import re
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from scripts.common.paths import REPOSITORY

LIMIT_SECONDS = 300
ADVISORY = {
    "id": "MADE-UP-2026-1",
    "summary": "made up",
    "published": "2026-01-01T00:00:00Z",
    "affected": [
        {
            "package": {"name": "boto3", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.0.0"}]}],
        }
    ],
}


@dataclass
class Database:
    """What it knows by package, what it was asked, and about which package it does not answer."""

    knows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    asked: set[tuple[str, str]] = field(default_factory=set)
    refuses: str = ""
    url: str = ""

    def answer(self, question: dict[str, Any]) -> tuple[int, bytes]:
        name = question["package"]["name"]
        self.asked.add((name, question["version"]))
        body = json.dumps({"vulns": self.knows[name]} if name in self.knows else {}).encode()
        return 503 if name == self.refuses else 200, body


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    kept = Database()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, body = kept.answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    kept.url = f"http://127.0.0.1:{server.server_port}/v1/query"
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield kept
    server.shutdown()
    thread.join()
    server.server_close()


def audit(url: str) -> tuple[int, str]:
    done = subprocess.run(
        ["make", "audit", f"OSV={url}"],
        cwd=REPOSITORY,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_locks_without_advisories_are_clean_and_every_pinned_version_was_asked_about(database: Database) -> None:
    status, said = audit(database.url)
    locks = sorted((REPOSITORY / "requirements").glob("*.txt"))
    assert said.splitlines() == [f"requirements/{lock.name}: No known vulnerabilities found" for lock in locks]
    assert status == 0
    assert {name for name, _ in database.asked} > {"oracledb", "boto3", "moto", "checkov", "uv"}


def test_an_advisory_fails_the_audit_with_its_version_and_the_way_out(database: Database) -> None:
    database.knows["boto3"] = [ADVISORY]
    status, said = audit(database.url)
    assert status != 0
    assert re.search(r"boto3 +\S+ +MADE-UP-2026-1 +99\.0\.0", said)
    assert "not finished" not in said


def test_what_was_found_in_one_lock_counts_though_another_was_not_audited(database: Database) -> None:
    database.knows["boto3"], database.refuses = [ADVISORY], "checkov"
    status, said = audit(database.url)
    assert status != 0
    assert "MADE-UP-2026-1" in said
    assert "requirements/scan.txt: audit not finished" in said


def test_a_database_that_cannot_be_reached_is_never_a_clean_audit() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/v1/query"
    status, said = audit(url)
    assert status != 0
    assert f"requirements/lambda.txt: audit not finished, so nothing is known about it (database: {url})" in said
    assert "No known vulnerabilities" not in said
    assert "Connection refused" in said


def test_a_database_that_refuses_a_question_is_never_a_clean_audit(database: Database) -> None:
    database.refuses = "boto3"
    status, said = audit(database.url)
    assert status != 0
    assert "requirements/lambda.txt: audit not finished" in said
    assert "503 Server Error" in said
