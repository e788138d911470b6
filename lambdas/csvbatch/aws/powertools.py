"""Logging, metrics and tracing of both functions, set so that nothing of a row can be in them."""

import logging

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers

from csvbatch.pipeline.failures import code_of

LOGGER = Logger(utc=True, log_uncaught_exceptions=False)
METRICS = Metrics()
TRACER = Tracer(auto_patch=False)
"""Nothing is patched: a traced driver would send statements, and a traced client its parameters."""

# Lambda's runtime puts the root logger on the function's level. At DEBUG, botocore writes whole answers, the secret's
# value among them, and drivers write rows; so only what this project logs may go below a warning.
logging.getLogger().setLevel(logging.WARNING)
copy_config_to_registered_loggers(LOGGER, include={"csvbatch"})
logging.getLogger("csvbatch").propagate = False


def error_fields(error: BaseException) -> dict[str, str]:
    """Give what may be logged of an error: its type, its code, and its text only if this project wrote it.

    Drivers, clients and the standard library often quote the values they were given.
    """
    ours = type(error).__module__.partition(".")[0] == "csvbatch"
    reason = str(error) if ours else "see the kind of error"
    return {"error": type(error).__name__, "code": code_of(error), "reason": reason}
