"""Requests to a running server that are not part of AWS."""

import http.client
import ssl
from http import HTTPStatus

from scripts.common.errors import UserError
from scripts.local.aws.state import Record, StateDirectory

SNAPSHOT_PATH = "/_local-aws/snapshot"
"""Not a valid bucket name, so it does not clash with S3."""

_LIMIT_SECONDS = 90


def fetch_snapshot(state: StateDirectory, record: Record) -> bytes:
    """A consistent snapshot of the server's data."""
    return _request(state, record, "GET", None, "create")


def restore_snapshot(state: StateDirectory, record: Record, content: bytes) -> None:
    """Replace the server's data by that of a snapshot, between two requests."""
    _request(state, record, "PUT", content, "restore")


def _request(state: StateDirectory, record: Record, method: str, body: bytes | None, purpose: str) -> bytes:
    tls = ssl.create_default_context(cafile=str(state.ca_file))
    connection = http.client.HTTPSConnection("127.0.0.1", record.port, timeout=_LIMIT_SECONDS, context=tls)
    try:
        connection.request(method, SNAPSHOT_PATH, body)
        answer = connection.getresponse()
        content = answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise UserError(f"{record} does not answer ({error}); see {state.log_file}") from error
    finally:
        connection.close()
    if answer.status != HTTPStatus.OK:
        raise UserError(f"{record} failed to {purpose} a snapshot; see {state.log_file}")
    return content
