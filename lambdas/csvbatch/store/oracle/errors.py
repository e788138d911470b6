"""What Oracle's and its driver's error codes mean for a load, and what to do about them."""

import re
import socket
import ssl

import oracledb

from csvbatch.store.bounded import TooSlowError
from csvbatch.store.errors import BusyError, CredentialsError, RetryableError, StoreError
from csvbatch.store.oracle.tls import certificate_advice

_THICK = (
    "use TCPS (protocol=tcps, usually port 2484), or thick mode with Oracle's client libraries (thick=true and, in "
    "Lambda, the layer that has them)"
)
_NO_PASSWORD = "the secret has no password: put one with put-oracle-secret"
_MIGRATE = "run `csvbatch migrate`"
_GRANT = "grant the user SELECT, INSERT and UPDATE on the tables: `csvbatch ddl --grants USER` prints all it needs"
_CONSTRAINTS = "make the table's constraints those of its contract"
_ADDRESS = "check host, port and service, the security groups and routes in between, and that the database runs"

# A key that another transaction inserted, a deadlock, a row that changed during the statement, a snapshot that is too
# old, a package that was recompiled, a lost connection or instance.
_RETRYABLE = re.compile(
    "ORA-(00001|00060|01033|01034|01089|01090|01555|03113|03114|03135|04068|08176|08177|25408|30926)"
    "|DPY-(1001|4011|4033)"
)
# A lock that was not free in time, no more sessions or processes, a call that took too long.
_BUSY = re.compile("ORA-(00018|00020|00054|02391|12516|12518|12519|12520|12526|12527|12528|30006)|DPY-4024")
# In thin mode a listener's refusal has the driver's code, and Oracle's in its text.
_REFUSED_BY_LISTENER = "DPY-6000"
_SIMILAR = re.compile(r"Similar to (ORA-\d{5})")
_CREDENTIALS = re.compile("ORA-(01005|01017|28001)|DPY-4001")

_ADVICE = {
    "ORA-00904": _MIGRATE,
    "ORA-00942": f"{_MIGRATE}, or {_GRANT}",
    "ORA-01005": _NO_PASSWORD,
    "ORA-01017": (
        "check user name and password, and store the right ones with put-oracle-secret; Oracle locks an account after "
        "a few failed logins, so the next attempt waits until the secret changes or a pause is over"
    ),
    "ORA-01031": _GRANT,
    "ORA-01400": _CONSTRAINTS,
    "ORA-01438": _CONSTRAINTS,
    "ORA-01489": (
        "a text has more bytes than a VARCHAR2 of this database: lower its column's max_length, or have "
        "MAX_STRING_SIZE set to EXTENDED"
    ),
    "ORA-01536": "raise the owner's quota on the tablespace",
    "ORA-01653": "extend the tablespace",
    "ORA-02290": _CONSTRAINTS,
    "ORA-02291": _CONSTRAINTS,
    "ORA-12170": _ADDRESS,
    "ORA-12514": _ADDRESS,
    "ORA-12541": _ADDRESS,
    "ORA-12899": _CONSTRAINTS,
    "ORA-28000": (
        "put the right password into the secret first, then have the account unlocked (ALTER USER … ACCOUNT UNLOCK); "
        "otherwise failed logins lock it again"
    ),
    "ORA-28001": "the password has expired: have a new one set, and put it with put-oracle-secret",
    "DPI-1047": "put Oracle's client libraries where the system finds libraries; in Lambda, attach their layer",
    "DPY-4001": _NO_PASSWORD,
    "DPY-3001": f"thin mode has no native network encryption: {_THICK}",
    "DPY-3010": "thin mode needs Oracle 12.1 or later: use thick mode (thick=true) or a later database",
    "DPY-3015": "thin mode has no 10G password verifiers: have the password set again, or use thick mode (thick=true)",
    "DPY-4011": f"if this database demands native network encryption, {_THICK}",
    "DPY-6000": f"the listener refused; if it demands native network encryption, {_THICK}",
    "DPY-6001": _ADDRESS,
    "DPY-6003": _ADDRESS,
    "DPY-6005": f"{_ADDRESS}; with TCPS, also the wallet or certificate authority and the certificate's name",
    "DPY-6006": "use a certificate that names the host or service that is connected to, or correct the address",
}
_OTHER_ADVICE = "look the code up at docs.oracle.com/error-help/db"


_CANNOT_CONNECT = "DPY-6005"
_CHECK_CREDENTIALS = "check user name and password"


def classify(error: Exception, *, connecting: bool) -> StoreError | None:
    """Give the StoreError for what was raised while connecting, or later.

    None for an error that is neither the driver's nor, while connecting, the operating system's.
    """
    if isinstance(error, TooSlowError):
        return BusyError(
            "NO_ANSWER", "Oracle did not finish the login in time", f"{_ADDRESS}, and whether its port speaks TLS"
        )
    if not isinstance(error, oracledb.Error):
        return _of_system(error) if connecting and isinstance(error, OSError) else None
    code = _code(error)
    cause = error.__cause__
    if code == _CANNOT_CONNECT and cause is not None:
        # The driver wraps all errors of connecting.
        if isinstance(cause, oracledb.Error):
            return classify(cause, connecting=True)
        if isinstance(cause, ssl.SSLCertVerificationError):
            return StoreError(code, "Oracle's certificate was not accepted", certificate_advice(cause))
        if isinstance(cause, socket.gaierror):
            return _of_system(cause)
    advice = _ADVICE.get(code, _OTHER_ADVICE)
    if _CREDENTIALS.fullmatch(code):
        return CredentialsError(code, "Oracle does not accept the user", _ADVICE.get(code, _CHECK_CREDENTIALS))
    if _BUSY.fullmatch(code):
        return BusyError(code, "Oracle is too busy", "try again later, or raise its limits")
    if connecting and code in _ADVICE:
        return StoreError(code, "there is no connection to Oracle", advice)
    if _RETRYABLE.fullmatch(code) or getattr(error.args[0] if error.args else None, "isrecoverable", False):
        return RetryableError(code, "Oracle could not finish", "try again")
    return StoreError(code, "Oracle refused a statement", advice)


def _of_system(error: OSError) -> StoreError:
    """Give the error for one of the operating system, whose own text may name the host."""
    if isinstance(error, socket.gaierror):
        return StoreError(
            "UNKNOWN_HOST",
            "the host's name cannot be resolved",
            "check the host in the address, and that this network's name servers know it; a name on premises needs a "
            "resolver rule in the VPC",
        )
    return StoreError(type(error).__name__, "there is no connection to Oracle", _ADDRESS)


def _code(error: oracledb.Error) -> str:
    details = error.args[0] if error.args else None
    code: str = getattr(details, "full_code", "") or type(error).__name__
    if code == _REFUSED_BY_LISTENER and (similar := _SIMILAR.search(str(getattr(details, "message", "")))):
        return similar[1] if _BUSY.fullmatch(similar[1]) else code
    return code
