"""What of the installed wheels goes to Lambda, and compiled: each rule has its reason, and a test on real zips."""

import re

AWS_SERVICES = ("s3", "secretsmanager", "sqs", "sts", "xray")
"""Services that clients can be made for; X-Ray because its SDK makes one on import, STS for credentials."""

# Nothing here is a module that another module of the package imports, however late.
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
    # What a browser would load, if the functions were an API with a page about itself.
    r"aws_lambda_powertools/event_handler/openapi/swagger_ui/.*\.(?:js|css)",
)

# The functions load none of this, so its bytecode would only make packages larger. It works as well without.
_NOT_COMPILED = (
    r"aws_lambda_powertools/event_handler/.*",
    r"aws_lambda_powertools/utilities/(?!batch/|data_classes/|jmespath_utils/|typing/|__init__).*",
    r"oracledb/plugins/.*",
    r"pydantic/v1/.*",
)

_LEFT_OUT_PATTERN = re.compile("|".join(_LEFT_OUT))
_NOT_COMPILED_PATTERN = re.compile("|".join(_NOT_COMPILED))


def goes_to_lambda(path: str) -> bool:
    """Tell whether a file of an installed wheel is packaged."""
    return not _LEFT_OUT_PATTERN.fullmatch(path)


def is_compiled(path: str) -> bool:
    """Tell whether a packaged module of an installed wheel gets its bytecode beside it."""
    return not _NOT_COMPILED_PATTERN.fullmatch(path)
