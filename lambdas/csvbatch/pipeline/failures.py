"""What went wrong with one batch, as a code, and whether it is the file's fault or everybody's."""

import errno
import re
from dataclasses import dataclass

from csvbatch.contract import ContractError
from csvbatch.store import LedgerError, StoreError

UNREADABLE_CONTRACT = "unreadable_contract"
OUT_OF_TIME = "out_of_time"
TOO_LONG_TO_SPLIT = "too_long_to_split"
INTERRUPTED = "interrupted"
MESSAGES_LEFT = "messages_left"

MOST_FAILURES = 5
"""Attempts that a file gets. S3's own faults do not count, and a client has tried four times in each attempt, so what
fails five times over needs a person; with a schedule of minutes that is still within the hour."""

# Codes of a whole account, bucket, queue or network: no file can help these, so they use up none of its attempts.
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
_EVERYWHERE = frozenset(
    {
        # too much at once, or a fault of the service
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
        # credentials, the account, the clock
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
        # the bucket or the queue is not there, or elsewhere
        "AWS.SimpleQueueService.NonExistentQueue",
        "NoSuchBucket",
        "PermanentRedirect",
        "QueueDoesNotExist",
        "TemporaryRedirect",
    }
)

# A file may be closed to us, and so may all of them: the company it is in tells which.
_SHARED = re.compile(r"AccessDenied|AccessDeniedException|Forbidden|403|KMS\..*")

# What a client raises about one object without an answer that has a code.
_OF_ONE_OBJECT = frozenset({"ChecksumError", "FlexibleChecksumError", "ParamValidationError"})

_SERVICE_FAULT = re.compile(r"429|5\d\d")
_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,100}")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.EIO})


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure of a batch.

    `code` quotes nothing of the file. `is_everywhere` says that other batches will meet it too. `counts` says that
    it uses up one of the file's attempts.
    """

    code: str
    is_everywhere: bool
    counts: bool

    @property
    def may_be_shared(self) -> bool:
        """Whether the same code of every file would be the fault of a role or a key, and not of the files."""
        return _SHARED.fullmatch(self.code) is not None


def failure_of(error: Exception) -> Failure:
    """Classify what a step raised."""
    code = code_of(error)
    if isinstance(error, ContractError):
        # The file is as good as it was: another release reads this copy, or a replay replaces it.
        return Failure(UNREADABLE_CONTRACT, is_everywhere=False, counts=False)
    everywhere = _is_everywhere(error, code)
    return Failure(code, is_everywhere=everywhere, counts=not everywhere)


def code_of(error: BaseException) -> str:
    """Give the code of the service or the database where the error has one, else the error's type."""
    for code in (getattr(error, "code", None), _answer(error).get("Code")):
        if isinstance(code, str) and _CODE.fullmatch(code):
            return code
    return type(error).__name__


def why_refused(code: str, times: int, batch_id: str) -> tuple[str, str]:
    """Give the reason, and the sentence that says what to do, of refusing a file after so many attempts."""
    again = f"then `csvbatch replay {batch_id}`, or drop the file again"
    match code:
        case _ if code == OUT_OF_TIME:
            return TOO_LONG_TO_SPLIT, (
                f"The file could not be split in one run of the batch processor, {times} times over. Send it as "
                f"several smaller files; or raise the batch processor's timeout, {again}."
            )
        case _ if code == INTERRUPTED:
            return code, (
                f"The batch processor ended {times} times while it split this file, as for lack of memory or time. "
                f"Send it as several smaller files; or raise the batch processor's memory or timeout, {again}."
            )
        case "InvalidObjectState":
            cause = "It is in an archive storage class: restore it"
        case "AccessDenied":
            cause = "The batch processor may not use it, though it is there: correct its owner, its key or the policies"
        case _ if code.startswith("KMS."):
            cause = "Its encryption key cannot be used: correct the key or its policy"
        case _:
            cause = "Look the code up, and in the batch processor's log; remove the cause"
    return code, f"The file could not be dealt with, {times} times over ({code}). {cause}, {again}."


def _is_everywhere(error: Exception, code: str) -> bool:
    if isinstance(error, StoreError):
        # By the time a batch is in the ledger, nothing of its file is in a statement that could be refused.
        return not isinstance(error, LedgerError)
    if code in _EVERYWHERE or _is_service_fault(error, code) or _is_connection(error):
        return True
    return isinstance(error, ConnectionError | TimeoutError) or (isinstance(error, OSError) and error.errno in _FULL)


def _is_service_fault(error: Exception, code: str) -> bool:
    response = getattr(error, "response", None)
    about = response.get("ResponseMetadata") if isinstance(response, dict) else None
    status = about.get("HTTPStatusCode") if isinstance(about, dict) else None
    return any(_SERVICE_FAULT.fullmatch(str(one)) for one in (code, status))


def _is_connection(error: Exception) -> bool:
    """Whether a client got no answer at all; one that refuses what it was asked, or got, is not meant.

    The pipeline does not import a client, so its errors are told by where they come from.
    """
    kind = type(error)
    came_from_client = kind.__module__.partition(".")[0] in ("botocore", "urllib3")
    return came_from_client and not _answer(error) and kind.__name__ not in _OF_ONE_OBJECT


def _answer(error: BaseException) -> dict[str, object]:
    response = getattr(error, "response", None)
    answer = response.get("Error") if isinstance(response, dict) else None
    return answer if isinstance(answer, dict) else {}
