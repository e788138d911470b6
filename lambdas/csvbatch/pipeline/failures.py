"""Classifies what failed for a batch: a code, and whether the file or the environment is the cause."""

import errno
import re
from dataclasses import dataclass

from csvbatch.contract.model import ContractError
from csvbatch.store import LedgerError, StoreError

UNREADABLE_CONTRACT = "unreadable_contract"
OUT_OF_TIME = "out_of_time"
TOO_LONG_TO_SPLIT = "too_long_to_split"
INTERRUPTED = "interrupted"
MESSAGES_LEFT = "messages_left"

MOST_FAILURES = 5
"""Failed attempts in a row after which a file is refused. Faults of the environment do not count, and a client retries
each call three times within an attempt, so a fifth failure is not chance. With a schedule of a few minutes the sender
knows within the hour."""

MOST_INTERRUPTIONS = 20
"""Interrupted attempts in a row after which a file is refused. Often the file is not the cause, as in a deployment; and
a file that was tried before goes last, so more attempts cost the others little."""

# Codes that concern the account, the bucket, the queue or the network. They do not use up a file's attempts.
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
_ENVIRONMENT = frozenset(
    {
        # throttling and service faults
        "BandwidthLimitExceeded",
        "InternalError",
        "InternalFailure",
        "KMS.ThrottlingException",
        "KmsThrottled",
        "OperationAborted",
        "OverLimit",
        "PriorRequestNotComplete",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
        # credentials, account, clock
        "AccountProblem",
        "AllAccessDisabled",
        "AuthFailure",
        "AuthorizationHeaderMalformed",
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSecurity",
        "InvalidToken",
        "MissingAuthenticationToken",
        "NotSignedUp",
        "OptInRequired",
        "RequestExpired",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
        "TokenRefreshRequired",
        "UnrecognizedClientException",
        # bucket or queue missing, or in another region
        "AWS.SimpleQueueService.NonExistentQueue",
        "NoSuchBucket",
        "PermanentRedirect",
        "QueueDoesNotExist",
        "TemporaryRedirect",
    }
)

# Either one file or all files may be affected. `Steps.split` compares the files of a run to find out which.
_AMBIGUOUS = re.compile(r"AccessDenied|AccessDeniedException|Forbidden|403|KMS\..*")

# Errors that a client raises about one object, without an error code from the service.
_OF_ONE_OBJECT = frozenset({"ChecksumError", "FlexibleChecksumError", "ParamValidationError"})

_SERVICE_FAULT = re.compile(r"429|5\d\d")
_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,100}")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.EIO})


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure of a batch.

    `code` never contains a value from the file. `is_environmental` is True if other batches will fail the same way.
    `counts` is True if the failure uses up one of the file's attempts.
    """

    code: str
    is_environmental: bool
    counts: bool

    @property
    def may_be_environmental(self) -> bool:
        """Whether this code, if every file gets it, points to a role or a key and not to the files."""
        return _AMBIGUOUS.fullmatch(self.code) is not None


def failure_of(error: Exception) -> Failure:
    """Classify what a step raised."""
    code = code_of(error)
    if isinstance(error, ContractError):
        # The file is good: a newer release can read this copy, and a replay can replace it.
        return Failure(UNREADABLE_CONTRACT, is_environmental=False, counts=False)
    everywhere = _is_environmental(error, code)
    return Failure(code, is_environmental=everywhere, counts=not everywhere)


def code_of(error: BaseException) -> str:
    """Give the error code of the service or database if there is one, else the type of the error."""
    for code in (getattr(error, "code", None), _answer(error).get("Code")):
        if isinstance(code, str) and _CODE.fullmatch(code):
            return code
    return type(error).__name__


def is_too_often(failures: int, code: str) -> bool:
    """Tell whether a file with so many failures, the last with this code, is refused."""
    return failures >= (MOST_INTERRUPTIONS if code == INTERRUPTED else MOST_FAILURES)


def refusal_of(code: str, times: int, batch_id: str) -> tuple[str, str]:
    """Give the reason code for refusing a file after so many attempts, and a sentence that says what to do."""
    again = f"then `csvbatch replay {batch_id}`, or drop the file again"
    match code:
        case _ if code == OUT_OF_TIME:
            return TOO_LONG_TO_SPLIT, (
                f"The batch processor got no further with this file within one run, in {times} attempts. Send it as "
                f"several smaller files; or raise the batch processor's timeout, {again}."
            )
        case _ if code == INTERRUPTED:
            return code, (
                f"The batch processor was terminated {times} times while it split this file (out of memory or time). "
                f"Send it as several smaller files; or raise the batch processor's memory or timeout, {again}."
            )
        case "InvalidObjectState":
            cause = "It is in an archive storage class: restore it"
        case "AccessDenied":
            cause = "It exists, but the batch processor has no access: correct its owner, its key or the policies"
        case _ if code.startswith("KMS."):
            cause = "Its encryption key cannot be used: correct the key or its policy"
        case _:
            cause = "Look up the code and the batch processor's log, and remove the cause"
    return code, f"The file could not be processed in {times} attempts ({code}). {cause}, {again}."


def too_long_to_unpack(read_bytes: int, object_bytes: int) -> tuple[str, str]:
    """Give the reason code for refusing a gzip file of which one run could unpack only a part, and a sentence."""
    megabytes, of = read_bytes // 1_000_000, object_bytes // 1_000_000
    return TOO_LONG_TO_SPLIT, (
        f"One run of the batch processor could unpack {megabytes} of {of} MB of this gzip file, and unpacking cannot "
        f"be continued. Send it as several files of at most {megabytes} MB, or uncompressed."
    )


def _is_environmental(error: Exception, code: str) -> bool:
    if isinstance(error, StoreError):
        # Once a batch is registered, no statement of the processor contains anything from its file.
        return not isinstance(error, LedgerError)
    if code in _ENVIRONMENT or _is_service_fault(error, code) or _is_connection(error):
        return True
    return isinstance(error, ConnectionError | TimeoutError) or (isinstance(error, OSError) and error.errno in _FULL)


def _is_service_fault(error: Exception, code: str) -> bool:
    response = getattr(error, "response", None)
    about = response.get("ResponseMetadata") if isinstance(response, dict) else None
    status = about.get("HTTPStatusCode") if isinstance(about, dict) else None
    return any(_SERVICE_FAULT.fullmatch(str(one)) for one in (code, status))


def _is_connection(error: Exception) -> bool:
    """Whether a client got no answer from the service.

    The pipeline does not import a client library, so its errors are recognised by the module that defines them.
    """
    kind = type(error)
    came_from_client = kind.__module__.partition(".")[0] in ("botocore", "urllib3")
    return came_from_client and not _answer(error) and kind.__name__ not in _OF_ONE_OBJECT


def _answer(error: BaseException) -> dict[str, object]:
    response = getattr(error, "response", None)
    answer = response.get("Error") if isinstance(response, dict) else None
    return answer if isinstance(answer, dict) else {}
