"""Recognises secrets by name or form, without Checkov or Terraform."""

import re

_SECRET_NAME = re.compile(
    r"passw|pwd|secret|token|credential|api_?key|private_?key|access_?key|connection_?string", re.I
)
_ONLY_NAMES_ONE = re.compile(r"_?(arn|arns|name|names|id|ids|path|version|days|seconds)$", re.I)
_SECRET_LOOKS = (
    re.compile(r"\b(AKIA|ASIA)[0-9A-Z]{16}\b"),
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    re.compile(r"://[^/\s:@]+:[^/\s@]+@"),
)
_READS_A_SECRET = re.compile(
    r"\bsecret_string\b|\bsecret_binary\b|\brandom_password\.|\bephemeral_password\b"
    r"|\bdata\.aws_ssm_parameter\.\w+\.value\b|\baws_iam_access_key\.\w+\.(secret|ses_smtp)"
)


def names_a_secret(name: str) -> bool:
    """Whether this is the name of a secret, not of its name or ARN."""
    return bool(_SECRET_NAME.search(name)) and not _ONLY_NAMES_ONE.search(name)


def looks_like_a_secret(text: str) -> bool:
    """Whether the text contains a key, or an address with a password."""
    return any(pattern.search(text) for pattern in _SECRET_LOOKS)


def reads_a_secret(expression: str) -> bool:
    """Whether an expression takes the value of a secret."""
    return bool(_READS_A_SECRET.search(expression))
