"""Finds what looks like a secret: a program that `cli` runs with the Python of the scanning tools' environment.

It runs apart because that environment is not the project's own. Comments that tell detect-secrets to look away do not
count: what is allowed stands in one file, with reasons.
"""

import json
import sys

from detect_secrets import SecretsCollection
from detect_secrets.plugins.private_key import PrivateKeyDetector
from detect_secrets.settings import default_settings

_LARGEST_BYTES = 1024 * 1024


def main() -> None:
    """Read names of files from standard input, apart by NUL; print what is found in them as JSON."""
    names = [name for name in sys.stdin.read().split("\0") if name]
    # By default it does not look for keys in files above 8 kB, which READMEs and modules may be.
    PrivateKeyDetector.MAX_FILE_SIZE = _LARGEST_BYTES
    with default_settings() as settings:
        settings.disable_filters("detect_secrets.filters.allowlist.is_line_allowlisted")
        secrets = SecretsCollection()
        secrets.scan_files(*names)
    found = [
        {"file": name, "line": secret.line_number, "kind": secret.type, "value": secret.secret_value}
        for name, secret in secrets
    ]
    print(json.dumps(found))


if __name__ == "__main__":
    main()
