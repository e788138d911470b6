"""Oracle's errors, as python-oracledb raises them, told apart."""

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread

import oracledb
import pytest

from csvbatch.store import BusyError, Credentials, CredentialsError, RetryableError, StoreError, open_store
from csvbatch.store.oracle.errors import classify
from csvbatch.store.waits import Timeouts
from tests.support.oracle_listener import OracleListener, oracle_listener

type Raised = Callable[[str], oracledb.Error]


@pytest.fixture
def raised(oracle: OracleListener, service: str) -> Raised:
    """Give what the driver raises when a statement is answered with an error of Oracle."""

    def raised(code: str) -> oracledb.Error:
        with (
            oracle.connect(service) as connection,
            connection.cursor() as cursor,
            pytest.raises(oracledb.Error) as caught,
        ):
            cursor.execute("SELECT :a FROM DUAL", [code])
        return caught.value

    return raised


@pytest.mark.parametrize(
    "code",
    ["ORA-00001", "ORA-00060", "ORA-01033", "ORA-04068", "ORA-08177", "ORA-30926", "ORA-03113"],
)
def test_what_may_succeed_when_done_again_is_retryable(raised: Raised, code: str) -> None:
    assert type(classify(raised(code), connecting=False)) is RetryableError


def test_a_connection_that_is_lost_or_closed_may_be_opened_again(oracle: OracleListener, service: str) -> None:
    lost = oracle.connect(service)
    lost.cursor().execute("ALTER SESSION SET HANG_UP = BEFORE")
    for code in ("DPY-4011", "DPY-1001"):
        with pytest.raises(oracledb.Error, match=code) as caught:
            lost.ping()
        assert type(classify(caught.value, connecting=False)) is RetryableError


@pytest.mark.parametrize("code", ["ORA-00054", "ORA-30006", "ORA-12519"])
def test_what_takes_its_time_is_not_tried_again_at_once(raised: Raised, code: str) -> None:
    assert type(classify(raised(code), connecting=False)) is BusyError


def test_a_call_that_took_too_long_is_not_tried_again_at_once(oracle: OracleListener, service: str) -> None:
    with oracle.connect(service) as holder, oracle.connect(service) as waiting:
        holder.cursor().execute("CREATE TABLE t (n NUMBER(9) PRIMARY KEY)")
        holder.cursor().execute("INSERT INTO t (n) VALUES (1)")
        waiting.call_timeout = 200
        with pytest.raises(oracledb.Error, match="DPY-4024") as caught:
            waiting.cursor().execute("INSERT INTO t (n) VALUES (1)")
    assert type(classify(caught.value, connecting=False)) is BusyError


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("ORA-00942", "csvbatch migrate"),
        ("ORA-00904", "csvbatch migrate"),
        ("ORA-12899", "constraints"),
        ("ORA-01438", "constraints"),
        ("ORA-01489", "lower its column's max_length"),
        ("ORA-20001", "look the code up"),
    ],
)
def test_any_other_error_is_final_and_says_what_to_do(raised: Raised, code: str, advice: str) -> None:
    failure = classify(raised(code), connecting=False)
    assert type(failure) is StoreError
    assert advice in failure.advice


def test_the_drivers_text_is_not_kept(oracle: OracleListener, service: str) -> None:
    with oracle.connect(service) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE t (s VARCHAR2(3 CHAR))")
        with pytest.raises(oracledb.DatabaseError, match="a secret") as caught:
            cursor.execute("INSERT INTO t (s) VALUES ('a secret')")
    assert str(classify(caught.value, connecting=False)) == (
        "Oracle refused a statement (ORA-12899); make the table's constraints those of its contract"
    )


def test_an_error_without_a_code_is_known_by_its_class() -> None:
    assert classify(oracledb.InterfaceError(), connecting=False).code == "InterfaceError"


# Logins


def login(listener: OracleListener, service: str, user: str = "loader", password: str | None = None) -> StoreError:
    """Give what the store says of a login that fails."""
    url = f"oracle://127.0.0.1:{listener.port}/{service}"
    credentials = Credentials(user, listener.password if password is None else password)
    with pytest.raises(StoreError) as caught:
        open_store(url, credentials, timeouts=Timeouts(connect=2)).latest_batches(1)
    assert listener.password not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("user", "password", "code", "advice"),
    [
        ("loader", "wrong", "ORA-01017", "check user name and password, and store the right ones"),
        ("expired", None, "ORA-28001", "the password has expired"),
    ],
)
def test_credentials_that_are_not_accepted_come_with_what_to_do(
    oracle: OracleListener, service: str, user: str, password: str | None, code: str, advice: str
) -> None:
    failure = login(oracle, service, user, password)
    assert type(failure) is CredentialsError
    assert (failure.code, failure.advice[: len(advice)]) == (code, advice)


def test_a_login_without_credentials_is_not_tried(oracle: OracleListener, service: str) -> None:
    with pytest.raises(CredentialsError, match=r"\(DPY-4001\); the secret has no password"):
        open_store(f"oracle://127.0.0.1:{oracle.port}/{service}").latest_batches(1)


@pytest.mark.parametrize(
    ("service", "user", "code", "advice"),
    [
        ("any", "locked", "ORA-28000", "put the right password into the secret first, then have"),
        ("any", "old", "DPY-3015", "thin mode has no 10G password verifiers"),
        ("any.old", "loader", "DPY-3010", "thin mode needs Oracle 12.1 or later"),
        ("any.encrypted", "loader", "DPY-3001", "thin mode has no native network encryption: use TCPS"),
        ("hang-up", "loader", "DPY-4011", "if this database demands native network encryption, use TCPS"),
        ("ORA-12514", "loader", "DPY-6001", "check host, port and service"),
        ("ORA-12660", "loader", "DPY-6000", "the listener refused; if it demands native network encryption, use TCPS"),
    ],
)
def test_a_connection_that_thin_mode_can_not_make_is_explained(
    oracle: OracleListener, service: str, user: str, code: str, advice: str
) -> None:
    failure = login(oracle, service, user)
    assert type(failure) is StoreError
    assert (failure.code, failure.advice[: len(advice)]) == (code, advice)
    assert str(failure).startswith(f"there is no connection to Oracle during latest_batches ({code}); ")


@pytest.mark.parametrize("number", [12516, 12518, 12519, 12520, 12526, 12527, 12528])
def test_a_listener_that_has_nothing_free_is_busy(oracle: OracleListener, number: int) -> None:
    """In thin mode that comes as DPY-6000, with Oracle's number in its text only."""
    failure = login(oracle, f"ORA-{number}")
    assert type(failure) is BusyError
    assert failure.code == f"ORA-{number}"


def test_a_listener_that_never_answers_is_not_waited_for() -> None:
    """A listener of the test's own: when it ends, so does the login that was left behind."""
    with oracle_listener() as listener:
        failure = login(listener, "silent")
    assert (type(failure), failure.code) == (BusyError, "NO_ANSWER")


def test_thick_mode_without_oracles_libraries_says_where_they_belong() -> None:
    """In a process of its own: the driver's mode is that of a whole process."""
    program = (
        "from csvbatch.store import Credentials, open_store\n"
        "open_store('oracle://127.0.0.1/s?thick=true', Credentials('user', 'password')).latest_batches(1)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert "(DPI-1047); put Oracle's client libraries where the system finds libraries" in done.stderr


# Ports where there is no listener


@contextmanager
def plain_port(answer: bytes) -> Iterator[int]:
    """Listen on a port of this machine, meet each caller with the answer, and wait until it hangs up."""
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
                    while connection.recv(8192):
                        pass

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    thread.join(10)


def connect(port: int, options: str = "") -> StoreError:
    store = open_store(f"oracle://127.0.0.1:{port}/service{options}", Credentials("user", "password"))
    with pytest.raises(StoreError) as caught:
        store.latest_batches(1)
    return caught.value


def test_a_host_that_can_not_be_resolved_is_an_address_to_check() -> None:
    store = open_store("oracle://no-such-host.invalid/service", Credentials("user", "password"))
    with pytest.raises(StoreError, match=r"cannot be resolved .*\(UNKNOWN_HOST\); check the host") as caught:
        store.latest_batches(1)
    assert caught.value.__cause__ is caught.value.__context__ is None


def test_an_error_that_is_not_the_drivers_is_left_alone() -> None:
    assert classify(LookupError("x"), connecting=True) is None
    assert classify(OSError("x"), connecting=False) is None


def test_a_port_that_nobody_listens_on_is_an_address_to_check() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    failure = connect(port)
    assert (failure.code, failure.advice[:10]) == ("DPY-6005", "check host")


def test_tcps_to_a_port_that_speaks_no_tls_is_an_address_to_check() -> None:
    with plain_port(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        failure = connect(port, "?protocol=tcps")
    assert failure.code == "DPY-6005"
    assert "the certificate's name" in failure.advice
