"""Permissions that nothing on this machine uses, because AWS itself does: for what, and where AWS asks for it."""

from dataclasses import dataclass

_LAMBDA = "https://docs.aws.amazon.com/lambda/latest/dg"
_SCHEDULER = "https://docs.aws.amazon.com/scheduler/latest/UserGuide"


@dataclass(frozen=True, slots=True)
class Documented:
    """The statements of that name, in whichever role."""

    statement: str
    reason: str
    page: str


DOCUMENTED = [
    Documented("WriteOwnLogs", "Lambda writes what a function logs", f"{_LAMBDA}/monitoring-cloudwatchlogs.html"),
    Documented("WriteTraces", "Lambda's own daemon sends the traces", f"{_LAMBDA}/services-xray.html"),
    Documented(
        "DecryptOwnEnvironment",
        "Lambda decrypts the variables when it starts a function",
        f"{_LAMBDA}/configuration-envvars-encryption.html",
    ),
    Documented("LookUpNetworkOfFunction", "Lambda attaches a function to its VPC", f"{_LAMBDA}/configuration-vpc.html"),
    Documented("AttachFunctionToNetwork", "Lambda attaches a function to its VPC", f"{_LAMBDA}/configuration-vpc.html"),
    Documented("StartFunction", "Scheduler invokes its target", f"{_SCHEDULER}/setting-up.html"),
    Documented("KeepDeadLetters", "Scheduler gives up on an event", f"{_SCHEDULER}/configuring-schedule-dlq.html"),
    Documented(
        "EncryptDeadLetters",
        "Scheduler sends to a queue that a key encrypts",
        f"{_SCHEDULER}/configuring-schedule-dlq.html",
    ),
    Documented("DecryptSchedules", "Scheduler reads its own schedule", f"{_SCHEDULER}/encryption-rest.html"),
]
