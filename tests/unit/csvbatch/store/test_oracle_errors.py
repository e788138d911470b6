"""Oracle's errors, as python-oracledb raises them, told apart."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread

import oracledb
import pytest

from csvbatch.store import BusyError, Credentials, CredentialsError, RetryableError, StoreError, open_store
from csvbatch.store.oracle.errors import classify
from tests.support.oracle_double import oracle_error

REFUSE = 4


@pytest.mark.parametrize(
    "code",
    ["ORA-00001", "ORA-00060", "ORA-01033", "ORA-04068", "ORA-08177", "ORA-30926", "ORA-03113", "DPY-4011", "DPY-1001"],
)
def test_what_may_succeed_when_done_again_is_retryable(code: str) -> None:
    failure = classify(oracle_error(code), connecting=False)
    assert type(failure) is RetryableError


@pytest.mark.parametrize("code", ["ORA-00054", "ORA-30006", "ORA-12519", "DPY-4024"])
def test_what_takes_its_time_is_not_tried_again_at_once(code: str) -> None:
    assert type(classify(oracle_error(code), connecting=False)) is BusyError


@pytest.mark.parametrize("code", ["ORA-01017", "ORA-28001"])
def test_credentials_that_are_not_accepted_are_told_from_the_rest(code: str) -> None:
    assert type(classify(oracle_error(code), connecting=True)) is CredentialsError


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("DPY-3001", "thin mode has no native network encryption: use TCPS"),
        ("DPY-3010", "thin mode needs Oracle 12.1 or later"),
        ("DPY-3015", "thin mode has no 10G password verifiers"),
        ("DPY-4011", "if this database demands native network encryption, use TCPS"),
        ("DPY-6000", "the listener refused; if it demands native network encryption, use TCPS"),
        ("DPY-6005", "check host, port and service"),
        ("DPI-1047", "put Oracle's client libraries where the system finds libraries"),
        ("ORA-28000", "have the account unlocked"),
    ],
)
def test_a_connection_that_thin_mode_can_not_make_is_explained(code: str, advice: str) -> None:
    failure = classify(oracle_error(code), connecting=True)
    assert failure is not None
    assert type(failure) is StoreError
    assert failure.advice.startswith(advice)


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("ORA-00942", "csvbatch migrate"),
        ("ORA-00904", "csvbatch migrate"),
        ("ORA-12899", "constraints"),
        ("ORA-01438", "constraints"),
        ("ORA-20001", "look the code up"),
    ],
)
def test_any_other_error_is_final_and_says_what_to_do(code: str, advice: str) -> None:
    failure = classify(oracle_error(code), connecting=False)
    assert type(failure) is StoreError
    assert advice in failure.advice


def test_the_drivers_text_is_not_kept() -> None:
    error = oracle_error("ORA-12899", 'value too large for column "A"."B" (actual: 4711, maximum: 10)')
    assert isinstance(error, oracledb.DatabaseError)
    assert str(classify(error, connecting=False)) == (
        "Oracle refused a statement (ORA-12899); make the table's constraints those of its contract"
    )


def test_an_error_without_a_code_is_known_by_its_class() -> None:
    assert classify(oracledb.InterfaceError(), connecting=False).code == "InterfaceError"


# Errors that the driver itself raises, from a listener that is none


@contextmanager
def listener(answer: bytes) -> Iterator[int]:
    """Listen on a port of this machine, and meet each caller with the answer; without one, hang up at once.

    After an answer it is for the caller to hang up: to do so first would take back what it has not read yet.
    """
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection, suppress(ConnectionError):
                    connection.recv(8192)
                    connection.sendall(answer)
                    connection.settimeout(10)
                    while answer and connection.recv(8192):
                        pass

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    thread.join(10)


def refusal(number: int) -> bytes:
    """Give the packet by which a listener refuses, with the error's number in its text."""
    text = f"(DESCRIPTION=(TMP=)(VSNNUM=0)(ERR={number})(ERROR_STACK=(ERROR=(CODE={number}))))".encode()
    body = struct.pack(">BBH", 34, 0, len(text)) + text
    return struct.pack(">HHBBH", len(body) + 8, 0, REFUSE, 0, 0) + body


def connect(port: int, options: str = "") -> StoreError:
    store = open_store(f"oracle://127.0.0.1:{port}/service{options}", Credentials("user", "password"))
    with pytest.raises(StoreError) as caught:
        store.latest_batches(1)
    return caught.value


@pytest.mark.parametrize("number", [12516, 12518, 12519, 12520, 12526, 12527, 12528])
def test_a_listener_that_has_nothing_free_is_busy(number: int) -> None:
    """In thin mode that comes as DPY-6000, with Oracle's number in its text only."""
    with listener(refusal(number)) as port:
        failure = connect(port)
    assert type(failure) is BusyError
    assert failure.code == f"ORA-{number}"


def test_a_host_that_can_not_be_resolved_is_an_address_to_check() -> None:
    store = open_store("oracle://no-such-host.invalid/service", Credentials("user", "password"))
    with pytest.raises(StoreError, match=r"cannot be resolved .*\(UNKNOWN_HOST\); check the host") as caught:
        store.latest_batches(1)
    assert caught.value.__cause__ is caught.value.__context__ is None


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("DPY-4001", "the secret has no password"),
        ("ORA-01017", "check user name and password, and put the right ones"),
        ("ORA-28001", "the password has expired"),
    ],
)
def test_credentials_that_are_not_accepted_come_with_what_to_do(code: str, advice: str) -> None:
    assert (failure := classify(oracle_error(code), connecting=True)) is not None
    assert failure.advice.startswith(advice)


def test_an_error_that_is_not_the_drivers_is_left_alone() -> None:
    assert classify(LookupError("x"), connecting=True) is None
    assert classify(OSError("x"), connecting=False) is None


@pytest.mark.parametrize(("number", "code"), [(12514, "DPY-6001"), (12660, "DPY-6000")])
def test_a_listener_that_refuses_is_quoted_by_code(number: int, code: str) -> None:
    with listener(refusal(number)) as port:
        failure = connect(port)
    assert failure.code == code
    assert str(failure).startswith(f"there is no connection to Oracle during latest_batches ({code}); ")


def test_a_database_that_hangs_up_at_once_may_want_native_network_encryption() -> None:
    with listener(b"") as port:
        failure = connect(port)
    assert failure.code == "DPY-4011"
    assert "native network encryption" in failure.advice


def test_a_port_that_nobody_listens_on_is_an_address_to_check() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    failure = connect(port)
    assert (failure.code, failure.advice[:10]) == ("DPY-6005", "check host")


def test_tcps_to_a_port_that_speaks_no_tls_is_an_address_to_check() -> None:
    with listener(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        failure = connect(port, "?protocol=tcps")
    assert failure.code == "DPY-6005"
    assert "the certificate's name" in failure.advice
