"""What of the installed wheels does not go to Lambda: each rule has its reason, and a test on real zips."""

import re

AWS_SERVICES = ("s3", "secretsmanager", "sqs", "sts", "xray")
"""Services that clients can be made for; X-Ray because its SDK makes one on import, STS for credentials."""

_LEFT_OUT = (
    # Launchers, and whatever a wheel would put outside: they hold the path of this machine's interpreter.
    r"(?:bin|\.\.)/.*",
    # Bytecode that a wheel brings was not compiled for Lambda's paths, or is stale there.
    r".*\.pyc",
    # Notes of the installer about this machine and this installation.
    r"[^/]+\.dist-info/(?:RECORD|INSTALLER|REQUESTED|direct_url\.json|uv_cache\.json|uv_build\.json)",
    # For type checkers and C compilers.
    r".*\.(?:pyi|pyx|pxd|c|h)",
    # Descriptions of 430 other services: 25 of botocore's 30 MB.
    rf"botocore/data/(?!(?:{'|'.join(AWS_SERVICES)})/)[^/]+/.*",
    # A compiler for C declarations: cryptography needs its runtime only, which is the module _cffi_backend.
    r"(?:cffi|pycparser)/.*",
    # HTTP routing, with a browser's user interface in it: the functions are woken by schedules and queues.
    r"aws_lambda_powertools/event_handler/.*",
)
_PATTERN = re.compile("|".join(_LEFT_OUT))


def goes_to_lambda(path: str) -> bool:
    """Tell whether a file of an installed wheel is packaged."""
    return not _PATTERN.fullmatch(path)
