"""The audit with the real pip-audit, against an advisory database on a loopback port."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from scripts.common.environments import REPOSITORY
from scripts.scan.dependency_audit import EXIT_FOUND, EXIT_NO_TOOL, EXIT_SKIPPED, KNOWN_VULNERABLE, main

Audit = Callable[..., tuple[int, str]]

HASH = f"--hash=sha256:{'0' * 64}"
ADVISORY = {
    "id": "MADE-UP-2026-1",
    "summary": "made up",
    "published": "2026-01-01T00:00:00Z",
    "affected": [
        {
            "package": {"name": "urllib3", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.9.0"}]}],
        }
    ],
}


@dataclass
class Database:
    """What the database knows, and was asked; after its first `healthy` answers it has another `status`."""

    knows: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=lambda: {KNOWN_VULNERABLE: [ADVISORY]})
    asked: list[tuple[str, str]] = field(default_factory=list)
    healthy: int = 1
    status: int = 200
    url: str = ""

    def answer(self, question: dict[str, Any]) -> tuple[int, bytes]:
        about = (question["package"]["name"], question["version"])
        self.asked.append(about)
        vulns = self.knows.get(about)
        return (200 if len(self.asked) <= self.healthy else self.status), json.dumps(
            {"vulns": vulns} if vulns else {}
        ).encode()


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


@pytest.fixture
def locks(tmp_path: Path) -> Path:
    (tmp_path / "lambda.txt").write_text(f"urllib3==2.8.0 \\\n    {HASH}\nsix==1.17.0 {HASH}\n")
    return tmp_path


@pytest.fixture
def audit(locks: Path, database: Database, capsys: pytest.CaptureFixture[str]) -> Audit:
    def run(*arguments: str, url: str = "") -> tuple[int, str]:
        status = main(["--locks", str(locks), "--database", url or database.url, *arguments])
        said = capsys.readouterr()
        return status, said.out + said.err

    return run


def unreachable() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}/v1/query"


def test_locks_without_advisories_are_clean(audit: Audit, database: Database) -> None:
    assert audit() == (0, f"2 pinned versions in 1 locks, 0 advisories, asked at {database.url}\n")


def test_every_pinned_version_is_asked_about(audit: Audit, database: Database) -> None:
    audit()
    assert sorted(database.asked[1:]) == [("six", "1.17.0"), ("urllib3", "2.8.0")]


def test_an_advisory_is_told_with_lock_version_and_way_out(audit: Audit, database: Database) -> None:
    database.knows["urllib3", "2.8.0"] = [ADVISORY]
    status, said = audit()
    assert status == EXIT_FOUND
    assert "lambda.txt: urllib3 2.8.0: MADE-UP-2026-1, mended in 2.9.0" in said


def test_a_database_that_cannot_be_reached_is_a_skip_and_never_a_clean_audit(audit: Audit) -> None:
    url = unreachable()
    status, said = audit(url=url)
    assert status == 0
    assert said.startswith(f"dependency-audit skipped: the advisory database at {url} could not be reached (")
    assert "0 advisories" not in said


def test_a_skip_fails_where_the_database_must_be_reached(audit: Audit) -> None:
    assert audit("--must-reach", url=unreachable())[0] == EXIT_SKIPPED


def test_a_skip_is_shown_among_the_warnings_of_a_ci_run(audit: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert "::warning title=dependency-audit::skipped: the advisory database at" in audit(url=unreachable())[1]


def test_a_database_without_data_is_a_skip(audit: Audit, database: Database) -> None:
    database.knows.clear()
    status, said = audit()
    assert status == 0
    assert "knows nothing of jinja2 2.4.1, which has advisories: no data is there" in said


@pytest.mark.parametrize("status", [429, 503])
def test_a_database_that_is_lost_on_the_way_is_a_skip(audit: Audit, database: Database, status: int) -> None:
    database.status = status
    _, said = audit()
    assert "dependency-audit skipped: " in said
    assert "lost while lambda.txt was audited" in said


def test_what_was_found_before_the_database_was_lost_still_counts(
    audit: Audit, database: Database, locks: Path
) -> None:
    (locks / "scan.txt").write_text(f"six==1.17.0 {HASH}\n")
    database.knows["urllib3", "2.8.0"] = [ADVISORY]
    database.healthy, database.status = 3, 503
    status, said = audit()
    assert status == EXIT_FOUND
    assert "lost while scan.txt was audited" in said


def test_a_damaged_lock_is_no_clean_audit(audit: Audit, locks: Path) -> None:
    (locks / "lambda.txt").write_text("urllib3 =* 2\n")
    status, said = audit()
    assert status == EXIT_NO_TOOL
    assert "lambda.txt: pip-audit failed" in said


def test_a_lock_without_hashes_is_no_clean_audit(audit: Audit, locks: Path) -> None:
    (locks / "lambda.txt").write_text("urllib3==2.8.0\n")
    assert audit()[0] == EXIT_NO_TOOL


def test_no_locks_are_no_clean_audit(audit: Audit, locks: Path) -> None:
    (locks / "lambda.txt").unlink()
    status, said = audit()
    assert status == EXIT_NO_TOOL
    assert "there is no lock in it, so nothing was audited" in said


def test_without_the_program_nothing_counts_as_audited(audit: Audit, tmp_path: Path) -> None:
    status, said = audit("--pip-audit", str(tmp_path / "pip-audit"))
    assert status == EXIT_NO_TOOL
    assert "pip-audit: No such file or directory; make setup installs it" in said


def test_every_lock_of_this_project_can_be_audited(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--database", database.url]) == 0
    locks = len(list((REPOSITORY / "requirements").glob("*.txt")))
    assert f"in {locks} locks, 0 advisories" in capsys.readouterr().out
    assert {name for name, _ in database.asked} > {"oracledb", "boto3", "moto", "checkov", "uv"}
