"""What Oracle's and its driver's error codes mean for a load, and what to do about them."""

import re

import oracledb

from csvbatch.store.errors import BusyError, CredentialsError, RetryableError, StoreError

_THICK = (
    "use TCPS (protocol=tcps, usually port 2484), or thick mode with Oracle's client libraries (thick=true and, in "
    "Lambda, the layer that has them)"
)
_MIGRATE = "run `csvbatch migrate`"
_CONSTRAINTS = "let the table's constraints be those of its contract"
_ADDRESS = "check host, port and service, the security groups and routes in between, and that the database runs"

# A key that somebody else inserted, a deadlock, a row that changed under the statement, a snapshot that was not to
# be had, a package that was recompiled, a connection or an instance that went away.
_RETRYABLE = re.compile(
    "ORA-(00001|00060|01033|01034|01089|01090|01555|03113|03114|03135|04068|08176|08177|25408|30926)"
    "|DPY-(1001|4011|4033)"
)
# A lock that was not to be had in time, no more sessions or processes, a call that took too long.
_BUSY = re.compile("ORA-(00018|00020|00054|02391|12516|12518|12519|12520|30006)|DPY-4024")
_CREDENTIALS = re.compile("ORA-(01005|01017|28001)|DPY-4001")

_ADVICE = {
    "ORA-00904": _MIGRATE,
    "ORA-00942": f"{_MIGRATE}, or grant the user SELECT, INSERT and UPDATE on the ledger and the target table",
    "ORA-01031": "grant the user SELECT, INSERT and UPDATE on the ledger and the target table",
    "ORA-01400": _CONSTRAINTS,
    "ORA-01438": _CONSTRAINTS,
    "ORA-01536": "raise the owner's quota on the tablespace",
    "ORA-01653": "extend the tablespace",
    "ORA-02290": _CONSTRAINTS,
    "ORA-02291": _CONSTRAINTS,
    "ORA-12170": _ADDRESS,
    "ORA-12514": _ADDRESS,
    "ORA-12541": _ADDRESS,
    "ORA-12899": _CONSTRAINTS,
    "ORA-28000": "have the account unlocked",
    "DPI-1047": "put Oracle's client libraries where the system finds libraries; in Lambda, attach their layer",
    "DPY-3001": f"thin mode has no native network encryption: {_THICK}",
    "DPY-3010": "thin mode needs Oracle 12.1 or later: use thick mode (thick=true) or a later database",
    "DPY-3015": "thin mode has no 10G password verifiers: have the password set anew, or use thick mode (thick=true)",
    "DPY-4011": f"if this database demands native network encryption, {_THICK}",
    "DPY-6000": f"the listener refused; if it demands native network encryption, {_THICK}",
    "DPY-6001": _ADDRESS,
    "DPY-6003": _ADDRESS,
    "DPY-6005": f"{_ADDRESS}; with TCPS, also the wallet or certificate authority and the certificate's name",
    "DPY-6006": "let the certificate name the host or service that is connected to, or correct the address",
}
_OTHER_ADVICE = "look the code up at docs.oracle.com/error-help/db"


_CANNOT_CONNECT = "DPY-6005"


def classify(error: oracledb.Error, *, connecting: bool) -> StoreError:
    """Give the `StoreError` that stands for what the driver raised while connecting, or later."""
    code = _code(error)
    if code == _CANNOT_CONNECT and isinstance(error.__cause__, oracledb.Error):
        # The driver wraps whatever went wrong while it was connecting.
        return classify(error.__cause__, connecting=True)
    advice = _ADVICE.get(code, _OTHER_ADVICE)
    if _CREDENTIALS.fullmatch(code):
        return CredentialsError(code, "Oracle does not accept the user", "check user name and password")
    if connecting and code in _ADVICE:
        return StoreError(code, "there is no connection to Oracle", advice)
    if _BUSY.fullmatch(code):
        return BusyError(code, "Oracle is too busy", "try again later, or raise its limits")
    if _RETRYABLE.fullmatch(code) or getattr(error.args[0] if error.args else None, "isrecoverable", False):
        return RetryableError(code, "Oracle could not finish", "try again")
    return StoreError(code, "Oracle refused a statement", advice)


def _code(error: oracledb.Error) -> str:
    return getattr(error.args[0] if error.args else None, "full_code", "") or type(error).__name__
