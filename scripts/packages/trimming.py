"""Which files of the installed wheels go to Lambda, and which modules are compiled; each rule states its reason."""

import re

AWS_SERVICES = ("s3", "secretsmanager", "sqs", "sts", "xray")
"""Services for which clients can be created; X-Ray because its SDK creates one on import, STS for credentials."""

# No module of a package imports anything listed here, not even late.
_LEFT_OUT = (
    # Launchers, and files outside the folder: they contain the path of this machine's interpreter.
    r"(?:bin|\.\.)/.*",
    # Bytecode in a wheel was not compiled for Lambda's paths.
    r".*\.pyc",
    # What the installer records about this machine and this installation.
    r"[^/]+\.dist-info/(?:RECORD|INSTALLER|REQUESTED|direct_url\.json|uv_cache\.json|uv_build\.json)",
    # For type checkers and C compilers.
    r".*\.(?:pyi|pyx|pxd|c|h)",
    # Descriptions of 430 other services: 25 of botocore's 30 MB.
    rf"botocore/data/(?!(?:{'|'.join(AWS_SERVICES)})/)[^/]+/.*",
    # A compiler for C declarations: cryptography only needs its runtime, the module _cffi_backend.
    r"(?:cffi|pycparser)/.*",
    # For the documentation page of a web API, which the functions are not.
    r"aws_lambda_powertools/event_handler/openapi/swagger_ui/.*\.(?:js|css)",
)

# The functions never load these, so their bytecode would only make packages larger. They also work without it.
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
